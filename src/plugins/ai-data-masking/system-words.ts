/**
 * The list of `system_deny`: a small one of our own, of things that few services want to talk about. `system_words` replaces it.
 * Words of everyday use are left out even where they have another meaning.
 */
const WORDS: Readonly<Record<string, string>> = {
  drugs: '冰毒 海洛因 可卡因 摇头丸 大麻交易 贩毒 制毒 吸毒工具 heroin cocaine methamphetamine fentanyl',
  weapons: '枪支买卖 军火交易 自制炸弹 自制炸药 手枪出售 买卖枪支 ghostgun pipebomb',
  gambling: '赌博网站 网络赌场 地下赌场 六合彩投注 私彩 赌球网',
  fraud: '办假证 代开发票 洗钱 银行卡四件套 信用卡套现 刷单返利 杀猪盘 假币 carding',
  sex: '卖淫 嫖娼 援交 裸聊 色情网站 儿童色情 porn childporn',
  violence: '买凶杀人 雇凶杀人 人肉炸弹 恐怖袭击教程 贩卖人口 器官买卖',
};

export const SYSTEM_WORDS: readonly string[] = Object.values(WORDS).flatMap((line) => line.split(' '));

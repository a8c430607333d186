/** The list of services of a Nacos namespace, by group and page. */
import { z } from 'zod';
import { NacosError, type NacosHttp } from './http.ts';

export const PAGE_SIZE = 50;

const pageSchema = z.object({ count: z.coerce.number().int().min(0), doms: z.array(z.string()) });

export interface ListedService {
  readonly group: string;
  readonly name: string;
}

/**
 * All services of the groups. Throws, and so discards what was read, when a page fails, is no list, or is empty before the end: an incomplete list must
 * never be taken for the whole one.
 */
export async function listServices(
  http: Pick<NacosHttp, 'call'>,
  namespace: string,
  groups: readonly string[],
): Promise<readonly ListedService[]> {
  const all: ListedService[] = [];
  for (const group of groups) all.push(...(await listGroup(http, namespace, group)));
  return all;
}

async function listGroup(
  http: Pick<NacosHttp, 'call'>,
  namespaceId: string,
  group: string,
): Promise<readonly ListedService[]> {
  const names = new Set<string>();
  for (let page = 1; ; page++) {
    const params = { pageNo: String(page), pageSize: String(PAGE_SIZE), namespaceId, groupName: group };
    const text = await http.call('GET', '/nacos/v1/ns/service/list', params);
    const { count, doms } = readPage(text, group, page);
    for (const name of doms) names.add(name);
    if (doms.length === 0 && names.size < count) {
      throw new NacosError(`page ${page} of group ${group} is empty although ${count} services were announced`);
    }
    if (page * PAGE_SIZE >= count) break;
  }
  return [...names].filter((name) => name !== '' && !name.startsWith('consumers:')).map((name) => ({ group, name }));
}

function readPage(text: string, group: string, page: number): z.infer<typeof pageSchema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new NacosError(`page ${page} of group ${group} is not JSON`, { cause });
  }
  const parsed = pageSchema.safeParse(value);
  if (!parsed.success) throw new NacosError(`page ${page} of group ${group} is no list of services`);
  return parsed.data;
}

import type { PluginManifest } from '#plugin-sdk/definition.ts';

export const manifest: PluginManifest = {
  name: 'ai-image-reader',
  version: '1.0.0',
  title: 'Image reading',
  summary: 'Replaces the images of the last question by the text that an OCR model reads in them.',
  phase: 'UNSPECIFIED_PHASE',
  priority: 400,
  category: 'ai',
  keepsPath: true,
};

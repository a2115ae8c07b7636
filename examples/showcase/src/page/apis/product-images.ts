import type { Api } from './api.ts'
import { productImagesSource } from './product-images-source.ts'

export const productImages: Api = {
  id: 'product-images',
  title: 'Product images',
  tagline: 'Private photos with thumbnails and tags',
  about: 'Everyone sees only what is theirs. Pictures get thumbnails; they come from a file or from an address on the web.',
  limit: '10 MB',
  framework: 'Express',
  code: 'examples/product-images/src/api.ts',
  identities: [
    { id: 'ines', name: 'ines', token: 'pk_ines' },
    { id: 'jon', name: 'jon', token: 'pk_jon' },
    { id: 'nobody', name: 'nobody', token: null, note: 'without a key' },
  ],
  places: [{ id: 'mine', title: 'My images' }],
  standing: ({ name, token }) =>
    token === null
      ? {
          role: 'no key',
          sentence: 'Without a key the API answers 401. Pictures can still be opened by whoever was given their links.',
          may: { See: 'no', Upload: 'no', Delete: 'no' },
        }
      : {
          role: 'own images only',
          sentence: `${name} sees, uploads and deletes only ${name}’s own images. Another’s image is 404, as if there were none.`,
          may: { See: 'own', Upload: 'yes', Delete: 'own' },
        },
  fields: [
    { name: 'name', label: 'Name', kind: 'text', placeholder: 'From the file’s name' },
    { name: 'tags', label: 'Tags', kind: 'text', placeholder: 'with, commas' },
  ],
  filters: [
    {
      name: 'status',
      label: 'Status',
      kind: 'choice',
      value: '',
      choices: [
        ['', 'Any status'],
        ['ready', 'Ready'],
        ['processing', 'Processing'],
        ['failed', 'Failed'],
      ],
    },
    {
      name: 'tags',
      label: 'Tags',
      kind: 'text',
      placeholder: 'office, light',
      suggestions: ['office', 'living-room', 'light', 'kitchen'],
    },
  ],
  open: productImagesSource,
}

/** A file that the showcase begins with, as somebody uploads it. */
export interface Seed {
  readonly as: string
  /** Where it is uploaded, and listed. */
  readonly path: string
  readonly list?: string
  readonly file?: string
  readonly fields?: Readonly<Record<string, string | readonly string[]>>
  /** Sent as JSON, in place of a file. */
  readonly json?: Readonly<Record<string, unknown>>
}

const onPage = (page: string, as: string, file: string): Seed => ({ as, path: `/api/pages/${page}/assets`, file })
const onTeam = (as: string, file: string): Seed => ({ as, path: '/api/pages/200/team-files', file })

const inLibrary = (as: string, file: string, fields: Record<string, string>): Seed => ({
  as,
  path: '/api/v1/assets',
  file,
  fields,
})

const VAULT = '/api/v1/vaults/vault_01hzy3v7k9e8q2m4n6p8r0s1t2/assets'
const SECOND_VAULT = '/api/v1/vaults/vault_01hzy3v7k9e8q2m4n6p8r0s1t3/assets'
const inVault = (path: string, file: string, place: string, tags: readonly string[]): Seed => {
  const [partition = '', collection = '', channel = ''] = place.split('/')
  return { as: 'vt_noah', path, file, fields: { partition, collection, channel, tags: JSON.stringify(tags) } }
}

const product = (as: string, file: string, name: string, tags: readonly string[]): Seed => ({
  as,
  path: '/v1/training-asset',
  list: '/v1/my-uploaded-assets',
  file,
  fields: { name, 'tags[]': tags },
})

/** One list for each API, in the order of upload: the last one is shown first. */
export const seeds: readonly (readonly Seed[])[] = [
  [
    onPage('123', 'vm_alice', 'field-guide.pdf'),
    onPage('123', 'vm_alice', 'dunes.jpg'),
    onPage('123', 'vm_alice', 'mountain-lake.webp'),
    onPage('123', 'vm_alice', 'harbour-at-dawn.jpg'),
    onPage('124', 'vm_bob', 'city-at-night.png'),
    onPage('200', 'vm_alice', 'potted-plant.webp'),
    onTeam('vm_bob', 'field-guide.pdf'),
    onTeam('vm_carol', 'yellow-chair.jpg'),
  ],
  [
    inLibrary('lib_admin', 'city-at-night.png', {
      title: 'City at night (draft)',
      description: 'Private: only the admin, who made it, sees it.',
      asset_type: 'image',
      is_public: 'false',
    }),
    inLibrary('lib_writer', 'dunes.jpg', {
      title: 'Dunes under a new moon',
      description: 'Private: seen by the writer, who made it, and the admin.',
      asset_type: 'image',
      is_public: 'false',
    }),
    {
      as: 'lib_writer',
      path: '/api/v1/assets',
      json: {
        title: 'A talk about harbours',
        description: 'A video that lies elsewhere.',
        asset_type: 'external_video',
        external_url: 'https://vimeo.com/76979871',
        is_public: true,
      },
    },
    inLibrary('lib_writer', 'mountain-lake.webp', {
      title: 'Mountains in the mist',
      description: 'Five ridges and a row of trees.',
      asset_type: 'image',
      is_public: 'true',
    }),
    inLibrary('lib_writer', 'field-guide.pdf', {
      title: 'Field guide to the harbour',
      description: 'Three pages on what there is to see.',
      asset_type: 'pdf',
      is_public: 'true',
    }),
    inLibrary('lib_writer', 'harbour-at-dawn.jpg', {
      title: 'Harbour at dawn',
      description: 'Three boats, and the sun.',
      asset_type: 'image',
      is_public: 'true',
    }),
  ],
  [
    inVault(SECOND_VAULT, 'city-at-night.png', 'private/walks/evenings', ['night']),
    inVault(VAULT, 'field-guide.pdf', 'marketing/handouts/guides', ['print']),
    inVault(VAULT, 'dunes.jpg', 'marketing/blog/hero-images', ['hero', 'warm']),
    inVault(VAULT, 'blue-mug.jpg', 'shop/kitchen/photos', ['product']),
    inVault(VAULT, 'mountain-lake.webp', 'marketing/blog/hero-images', ['hero', 'cold']),
    inVault(VAULT, 'harbour-at-dawn.jpg', 'marketing/newsletter/covers', ['hero', 'warm']),
  ],
  [
    product('pk_jon', 'city-at-night.png', 'Poster "City at night"', ['poster', 'wall']),
    product('pk_ines', 'yellow-chair.jpg', 'Yellow chair', ['furniture', 'living-room']),
    product('pk_ines', 'potted-plant.webp', 'Potted plant', ['green', 'living-room']),
    product('pk_ines', 'desk-lamp.webp', 'Desk lamp', ['light', 'office']),
    product('pk_ines', 'blue-mug.jpg', 'Blue mug', ['kitchen', 'office']),
  ],
]

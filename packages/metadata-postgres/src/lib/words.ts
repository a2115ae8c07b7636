import { type Fragment, join, literal, raw, sql, type WordsDialect } from '@stowage/metadata-sql'

/** Matches of a word that are counted to know how rare it is. */
const COUNTED = 10_000
/** Newest texts of which the usual length is known. */
const MEASURED = 1000

/** Words as an index over arrays has them: an array takes any number of words, which a `tsvector` of 1 MB does not. */
const listIn = (alias: string): Fragment => raw(`string_to_array(${alias}.words, ' ')`)
const holds = (alias: string, words: readonly string[]): Fragment =>
  sql`${listIn(alias)} @> string_to_array(${words.join(' ')}, ' ')`

/** Whole words of texts, by the index over their arrays. */
export const arrayWords: WordsDialect = {
  within: (words, most) =>
    sql`(select coalesce(string_agg(key, ''), '') from json_each_text(${words}) w(key, place) where place::int8 <= ${most})`,
  add: () => [],
  remove: () => [],
  matches(kind, words) {
    const where = sql`a.kind = ${literal(kind)} and a.state = 'ready' and ${holds('f', words)}`
    return { hits: raw('asset_texts f'), from: raw('asset_texts f join assets a on a.seq = f.seq'), where }
  },
  score: (_kind, words) => sql`(0 - (${join(words.map(score), ' + ')}))`,
  among: (_kind, words) => sql`exists (select 1 from asset_texts x where x.seq = a.seq and ${holds('x', words)})`,
}

/** BM25, with k1 = 1.2 and b = 0.75: of what `word` adds to the score of text `f`. */
function score(word: string): Fragment {
  const frequency = frequencyOf(word)
  const length = raw(`(0.25 + 0.75 * f.units / (
    select greatest(avg(r.units), 1)::float8 from (select units from asset_texts order by seq desc limit ${MEASURED}) r))`)
  const rarity = sql`(select ln(1 + ${raw(`${COUNTED}.0`)} / (count(*) + 0.5)) from (
    select 1 from asset_texts n where ${holds('n', [word])} limit ${raw(String(COUNTED))}) c)::float8`
  return sql`${rarity} * 2.2 * ${frequency} / (${frequency} + 1.2 * ${length})`
}

// Each word stands as often as it is indexed, with a space on both sides; doubled, neighbours don't share one.
function frequencyOf(word: string): Fragment {
  const doubled = raw("replace(f.words, ' ', '  ')")
  const bytes = raw(String(Buffer.byteLength(word) + 2))
  return sql`((octet_length(${doubled}) - octet_length(replace(${doubled}, ${` ${word} `}, ''))) / ${bytes})::float8`
}

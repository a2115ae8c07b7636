const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** `1.2 MB`, in the language given; units of 1,000, as file managers count. */
export function bytesText(bytes: number, language: string | undefined): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  const maximumFractionDigits = unit > 0 && value < 99.5 ? (value < 9.95 ? 1 : 0) : 0
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: UNITS[unit] ?? 'byte',
    unitDisplay: unit === 0 ? 'long' : 'short',
    maximumFractionDigits,
  }).format(value)
}

/** The language that an element is in, as far as the page says. */
export function languageOf(element: Element): string | undefined {
  const lang = element.closest('[lang]')?.getAttribute('lang') || document.documentElement.lang
  try {
    return lang ? Intl.getCanonicalLocales(lang)[0] : undefined
  } catch {
    // No language that exists: the browser's own is as good as any.
    return undefined
  }
}

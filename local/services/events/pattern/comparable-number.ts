/** Numbers that event patterns can compare: those that a 64-bit float holds exactly as written. */

/** `1200` and `1.2e3` have one form: sign, digits without zeros around, exponent. */
const decimalForm = (text: string): string => {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.replace(/^-/u, '').split('.');
  const digits = `${whole}${fraction}`.replace(/^0+/u, '');
  const significant = digits.replace(/0+$/u, '');
  if (significant === '') return '0';
  const shift = digits.length - significant.length - fraction.length;
  return `${sign}${significant}e${String(Number(exponent) + shift)}`;
};

/** Null where the float would be another number: 9007199254740993, 1e400. */
export const comparableNumber = (text: string): number | null => {
  const value = Number(text);
  return Number.isFinite(value) && decimalForm(String(value)) === decimalForm(text) ? value : null;
};

/** `rate(5 minutes)` and `cron(0 10 * * ? *)`, in UTC. */

export interface Schedule {
  /** The first time after the given one; null where there is none any more. */
  readonly nextAfter: (epochMillis: number) => number | null;
}

const unitMillis: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

const rate = (expression: string): Schedule | null => {
  const [, count = '', unit = '', plural] =
    /^rate\(([1-9]\d{0,8}) (minute|hour|day)(s?)\)$/u.exec(expression) ?? [];
  const millis = unitMillis[unit];
  if (millis === undefined || (count === '1') !== (plural === '')) return null;
  return { nextAfter: (epochMillis) => epochMillis + Number(count) * millis };
};

const months = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const weekdays = 'SUN MON TUE WED THU FRI SAT'.split(' ');

/** The values of one field: `*`, `5`, `1-5`, `0/15`, `MON-FRI`, lists of these. */
const valuesOf = (
  field: string,
  low: number,
  high: number,
  names: readonly string[] = [],
): ReadonlySet<number> | null => {
  const numberOf = (text: string): number => {
    const named = names.indexOf(text.toUpperCase());
    return named === -1 ? (/^\d+$/u.test(text) ? Number(text) : NaN) : named + low;
  };
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const [range = '', step = '1', ...more] = part.split('/');
    const [from = '', to, ...rest] = range.split('-');
    const every = numberOf(step);
    const first = from === '*' ? low : numberOf(from);
    const last =
      to === undefined ? (from === '*' || part.includes('/') ? high : first) : numberOf(to);
    const isValid = first >= low && last <= high && first <= last && every >= 1;
    if (!isValid || more.length > 0 || rest.length > 0) return null;
    for (let value = first; value <= last; value += every) values.add(value);
  }
  return values;
};

interface Day {
  readonly date: number;
  /** 1 is Sunday. */
  readonly weekday: number;
  readonly lastDate: number;
}

type DayTest = (day: Day) => boolean;

const weekdayOf = (day: Day, date: number): number =>
  ((day.weekday - 1 + date - day.date + 700) % 7) + 1;

/** `15W`: the working day nearest to the 15th, in the same month. */
const nearestWorkingDay =
  (wanted: number): DayTest =>
  (day) => {
    const target = Math.min(wanted, day.lastDate);
    const weekday = weekdayOf(day, target);
    let date = target;
    if (weekday === 7) date = target === 1 ? 3 : target - 1;
    if (weekday === 1) date = target === day.lastDate ? target - 2 : target + 1;
    return day.date === date;
  };

const dayOfMonth = (field: string): DayTest | null => {
  if (field === '?') return () => true;
  if (field === 'L') return ({ date, lastDate }) => date === lastDate;
  if (field === 'LW') return nearestWorkingDay(31);
  const [, working] = /^(\d{1,2})W$/u.exec(field) ?? [];
  if (working !== undefined)
    return Number(working) >= 1 && Number(working) <= 31
      ? nearestWorkingDay(Number(working))
      : null;
  const values = valuesOf(field, 1, 31);
  return values === null ? null : ({ date }) => values.has(date);
};

const dayOfWeek = (field: string): DayTest | null => {
  if (field === '?') return () => true;
  if (field === 'L') return ({ weekday }) => weekday === 7;
  const [, named = '', kind, nth] = /^(\w{1,3})(?:(L)|#([1-5]))$/u.exec(field) ?? [];
  if (kind !== undefined || nth !== undefined) {
    const [wanted] = valuesOf(named, 1, 7, weekdays) ?? [];
    if (wanted === undefined) return null;
    return ({ date, weekday, lastDate }) =>
      weekday === wanted &&
      (kind === 'L' ? date + 7 > lastDate : Math.ceil(date / 7) === Number(nth));
  }
  const values = valuesOf(field, 1, 7, weekdays);
  return values === null ? null : ({ weekday }) => values.has(weekday);
};

const lastYear = 2199;

const cron = (expression: string): Schedule | null => {
  const [, list = ''] = /^cron\((.*)\)$/u.exec(expression) ?? [];
  const fields = list.trim().split(/\s+/u);
  const [
    minuteField = '',
    hourField = '',
    dateField = '',
    monthField = '',
    weekdayField = '',
    yearField = '',
  ] = fields;
  // One of the two day fields says nothing, and only one.
  if (fields.length !== 6 || (dateField === '?') === (weekdayField === '?')) return null;
  const minutes = valuesOf(minuteField, 0, 59);
  const hours = valuesOf(hourField, 0, 23);
  const monthsOfYear = valuesOf(monthField, 1, 12, months);
  const years = valuesOf(yearField, 1970, lastYear);
  const [onDate, onWeekday] = [dayOfMonth(dateField), dayOfWeek(weekdayField)];
  if (!minutes || !hours || !monthsOfYear || !years || !onDate || !onWeekday) return null;
  const times = [...hours]
    .flatMap((hour) => [...minutes].map((minute) => (hour * 60 + minute) * 60_000))
    .sort((left, right) => left - right);
  return {
    nextAfter: (epochMillis) => {
      const day = new Date(epochMillis);
      day.setUTCHours(0, 0, 0, 0);
      for (; day.getUTCFullYear() <= lastYear; day.setUTCDate(day.getUTCDate() + 1)) {
        const [year, month] = [day.getUTCFullYear(), day.getUTCMonth() + 1];
        if (!years.has(year)) {
          day.setUTCMonth(11, 31);
          continue;
        }
        const facts: Day = {
          date: day.getUTCDate(),
          weekday: day.getUTCDay() + 1,
          lastDate: new Date(Date.UTC(year, month, 0)).getUTCDate(),
        };
        if (!monthsOfYear.has(month) || !onDate(facts) || !onWeekday(facts)) continue;
        const next = times.find((time) => day.getTime() + time > epochMillis);
        if (next !== undefined) return day.getTime() + next;
      }
      return null;
    },
  };
};

/** Null where it is no schedule. */
export const scheduleOf = (expression: string): Schedule | null =>
  expression.startsWith('rate(') ? rate(expression) : cron(expression);

/** The Gregorian calendar as a clock chip needs it: whole numbers in, whole numbers out, no host clock and no zones. */

export interface DateTime {
  year: number;
  /** 1-12. */
  month: number;
  /** 1-31. */
  day: number;
  /** 1 is Sunday. */
  weekday: number;
  hours: number;
  minutes: number;
  seconds: number;
}

const DAYS_BEFORE_1970 = 719_468;
const DAYS_IN_400_YEARS = 146_097;

/** The date and time so many seconds after 1970-01-01 00:00:00, which was a Thursday. */
export function dateTimeOf(secondsSince1970: number): DateTime {
  const days = Math.floor(secondsSince1970 / 86_400);
  const rest = secondsSince1970 - days * 86_400;
  // Years counted from March, so that the leap day is their last: H. Hinnant, "chrono-compatible date algorithms".
  const shifted = days + DAYS_BEFORE_1970;
  const era = Math.floor(shifted / DAYS_IN_400_YEARS);
  const dayOfEra = shifted - era * DAYS_IN_400_YEARS;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
    weekday: ((((days + 4) % 7) + 7) % 7) + 1,
    hours: Math.floor(rest / 3600),
    minutes: Math.floor(rest / 60) % 60,
    seconds: rest % 60,
  };
}

/** Days in a month; the chip knows only two digits of the year, so every fourth is a leap year to it. */
export function daysInMonth(month: number, year: number): number {
  if (month === 2) return year % 4 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

// Dates and times as a person reads them: the browser's language, the zone of the person acted as, the sandbox's clock.

const DAY = 86400000;

function format(date, zone, options) {
  try {
    return new Intl.DateTimeFormat(undefined, { timeZone: zone, ...options }).format(date);
  } catch {
    return new Intl.DateTimeFormat(undefined, options).format(date);
  }
}

/** "2026-11-23" for a moment, in a zone. */
export function dayKey(date, zone) {
  const parts = wallParts(date, zone);
  return `${parts.year}-${parts.month}-${parts.day}`;
}

function wallParts(date, zone) {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  }).formatToParts(date);
  return Object.fromEntries(parts.map((part) => [part.type, part.value]));
}

/** "2026-11-23T09:05", the value of a datetime-local input, for a moment in a zone. */
export function wallTime(date, zone) {
  const parts = wallParts(date, zone);
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

/** The moment at which clocks in the zone show `wall`; in a skipped hour, the hour after it. */
export function fromWallTime(wall, zone) {
  const guess = Date.parse(`${wall}:00Z`);
  const offsetAt = (moment) => Date.parse(`${wallTime(new Date(moment), zone)}:00Z`) - moment;
  const first = guess - offsetAt(guess);
  return new Date(guess - offsetAt(first));
}

/** Seconds from `now` until 09:00 on the next day in the zone. */
export function untilTomorrowNine(now, zone) {
  const [year, month, day] = dayKey(now, zone).split("-").map(Number);
  const tomorrow = new Date(Date.UTC(year, month - 1, day + 1)).toISOString().slice(0, 10);
  return Math.max(1, Math.ceil((fromWallTime(`${tomorrow}T09:00`, zone) - now) / 1000));
}

/** "09:05", for the person. */
export function clockTime(date, zone) {
  return format(date, zone, { timeStyle: "short" });
}

/** "Monday 23 November 2026 at 09:05". */
export function fullTime(date, zone) {
  return format(date, zone, { dateStyle: "full", timeStyle: "medium" });
}

function relativeDay(date, now, zone) {
  const key = dayKey(date, zone);
  if (key === dayKey(now, zone)) return "Today";
  if (key === dayKey(new Date(now.getTime() - DAY), zone)) return "Yesterday";
  if (key === dayKey(new Date(now.getTime() + DAY), zone)) return "Tomorrow";
  return null;
}

/** "Today", "Yesterday" or "Friday, 20 November". */
export function dayName(date, now, zone) {
  return relativeDay(date, now, zone) || format(date, zone, { weekday: "long", day: "numeric", month: "long" });
}

/** "Mon 23 Nov, 09:05". */
export function shortMoment(date, zone) {
  return `${format(date, zone, { weekday: "short", day: "numeric", month: "short" })}, ${clockTime(date, zone)}`;
}

/** "5 minutes ago". */
export function ago(date, now) {
  const seconds = Math.round((date - now) / 1000);
  const words = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  const steps = [["day", 86400], ["hour", 3600], ["minute", 60]];
  for (const [unit, size] of steps) if (Math.abs(seconds) >= size) return words.format(Math.round(seconds / size), unit);
  return words.format(seconds, "second");
}

const DATE_STYLES = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  time: { timeStyle: "short" },
  time_secs: { timeStyle: "medium" },
};

/** Slack's date formats ("{date_short_pretty} {time}") for epoch seconds; null when the moment makes no sense. */
export function slackDate(seconds, pattern, now, zone) {
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return null;
  return pattern.replace(/\{(\w+)\}/g, (whole, name) => {
    if (name === "ago") return ago(date, now);
    if (name === "day_divider_pretty") return dayName(date, now, zone);
    const pretty = name.endsWith("_pretty");
    const style = DATE_STYLES[pretty ? name.slice(0, -7) : name];
    if (!style) return whole;
    return (pretty && relativeDay(date, now, zone)?.toLowerCase()) || format(date, zone, style);
  });
}

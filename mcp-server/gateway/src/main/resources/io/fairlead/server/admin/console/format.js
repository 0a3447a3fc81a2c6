// Numbers, times and labels as text.

let ahead = 0; // of this browser's clock, in ms

/** Takes the gateway's time, so that ages are right where the clocks differ. */
export const setServerTime = text => { ahead = Date.now() - Date.parse(text); };
export const now = () => Date.now() - ahead;

export const plural = (n, word, many) => number(n) + " " + (n === 1 ? word : many || word + "s");
export const number = n => Number(n).toLocaleString("en");
/** `kept_empty` -> `kept empty`. */
export const words = text => String(text).replaceAll("_", " ");

const UNITS = [["d", 86400], ["h", 3600], ["m", 60], ["s", 1]];

/** 75000 -> `1m 15s`, at most two units. */
export function duration(millis) {
  let left = Math.max(0, Math.floor(millis / 1000));
  const parts = [];
  for (const [unit, seconds] of UNITS) {
    const count = Math.floor(left / seconds);
    left -= count * seconds;
    if (count || (unit === "s" && !parts.length)) parts.push(count + unit);
    else if (parts.length) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ");
}

/** The age of a time of the gateway. */
export function age(time) {
  const millis = now() - Date.parse(time);
  if (Number.isNaN(millis)) return "unknown";
  if (millis < -1500) return "in " + duration(-millis);
  return millis < 1500 ? "just now" : duration(millis) + " ago";
}

/** The exact time, in this browser's zone and in UTC. */
export function exact(time) {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time)
    : date.toLocaleString(undefined, {dateStyle: "medium", timeStyle: "long"}) + " · " + date.toISOString();
}

/** The time of day, with the date unless it is of today. */
export function clock(time) {
  const date = new Date(time);
  const today = new Date(now()).toDateString() === date.toDateString();
  return date.toLocaleString(undefined, today ? {timeStyle: "medium"} : {dateStyle: "medium", timeStyle: "medium"});
}

export const encodePath = text => String(text).split("/").map(encodeURIComponent).join("/");

export function bytes(n) {
  return n < 1024 ? n + " B" : n < 1048576 ? (n / 1024).toFixed(1) + " kB" : (n / 1048576).toFixed(1) + " MB";
}

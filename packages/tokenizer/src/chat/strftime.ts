// `strftime` of the C locale on local time, for templates that write today's date: its
// common codes. Others are left as they stand.

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

const DAY = 86_400_000;

function dayOfYear(date: Date): number {
  const day = Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((day - Date.UTC(date.getFullYear(), 0, 1)) / DAY) + 1;
}

export function strftime(date: Date, format: string): string {
  const month = months[date.getMonth()] as string;
  const day = days[date.getDay()] as string;
  const hour12 = date.getHours() % 12 || 12;
  const year = date.getFullYear();
  /** Number, width, and what it is filled with. */
  const numbers: Record<string, [number, number, string?]> = {
    d: [date.getDate(), 2],
    e: [date.getDate(), 2, " "],
    m: [date.getMonth() + 1, 2],
    y: [year % 100, 2],
    Y: [year, 1],
    H: [date.getHours(), 2],
    I: [hour12, 2],
    M: [date.getMinutes(), 2],
    S: [date.getSeconds(), 2],
    f: [date.getMilliseconds() * 1000, 6],
    j: [dayOfYear(date), 3],
  };
  const words: Record<string, string> = {
    a: day.slice(0, 3),
    A: day,
    b: month.slice(0, 3),
    B: month,
    p: date.getHours() < 12 ? "AM" : "PM",
    "%": "%",
    Z: "",
    z: "",
  };
  const composed: Record<string, string> = {
    c: "%a %b %e %H:%M:%S %Y",
    D: "%m/%d/%y",
    x: "%m/%d/%y",
    F: "%Y-%m-%d",
    R: "%H:%M",
    T: "%H:%M:%S",
    X: "%H:%M:%S",
  };
  return format.replace(/%([-_0^]?)([a-zA-Z%])/g, (whole, flag: string, code: string) => {
    const number = Object.hasOwn(numbers, code) ? numbers[code] : undefined;
    if (number) {
      const [value, width, fill = "0"] = number;
      if (flag === "-") return String(value);
      return String(value).padStart(width, flag === "_" ? " " : flag === "0" ? "0" : fill);
    }
    const made =
      words[code] ?? (composed[code] !== undefined ? strftime(date, composed[code]) : whole);
    return flag === "^" ? made.toUpperCase() : made;
  });
}

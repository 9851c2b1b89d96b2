/** CPU milliseconds of this process so far, all its threads. */
export function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

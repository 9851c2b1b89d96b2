// Text that the build command puts into the script.

declare module "*.txt" {
  const text: string;
  export default text;
}

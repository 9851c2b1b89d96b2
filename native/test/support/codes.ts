// What an action is refused with.

export const none = new Float64Array(0);
export const code = (error: unknown): unknown => (error as { code?: unknown }).code;
export const codeOf = (action: () => unknown): unknown => {
  try {
    action();
  } catch (error) {
    return code(error);
  }
  return "nothing was thrown";
};

// How a line of a solution is marked by what checking it found.

import type { StepStatus } from "@ryanstream/sampler";
import type { Style } from "../cli/style.js";

export function stepMark(status: StepStatus, style: Style): string {
  switch (status) {
    case "checked":
      return style.green("✓");
    case "corrected":
      return style.cyan("↻");
    case "unchecked":
      return style.dim("·");
    case "false":
      return style.red("✗");
    default:
      return status satisfies never;
  }
}

/** What the marks were, in words: "5 lines checked (✓), 1 corrected (↻)". */
export function marksText(statuses: readonly StepStatus[], style: Style): string {
  const words = {
    checked: "checked",
    corrected: "corrected",
    unchecked: "not checkable",
    false: "false",
  } as const;
  return (["checked", "corrected", "unchecked", "false"] as const)
    .flatMap((status) => {
      const count = statuses.filter((each) => each === status).length;
      return count === 0 ? [] : [`${stepMark(status, style)} ${count} ${words[status]}`];
    })
    .join(", ");
}

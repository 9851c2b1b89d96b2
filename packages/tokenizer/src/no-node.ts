// In place of src/node.ts where there is no Node: nothing of it is called there.

export {};

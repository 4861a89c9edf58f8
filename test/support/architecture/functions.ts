import {
  type Expression,
  isArrowFunction,
  isAwaitExpression,
  isBlock,
  isCallExpression,
  isConstructorDeclaration,
  isExpressionStatement,
  isFunctionDeclaration,
  isFunctionExpression,
  isGetAccessorDeclaration,
  isIdentifier,
  isMethodDeclaration,
  isPropertyAccessExpression,
  isReturnStatement,
  isSetAccessorDeclaration,
  isVariableStatement,
  type Node,
  type SourceFile,
  type Statement,
} from 'typescript/unstable/ast';
import { createVirtualFileSystem } from 'typescript/unstable/fs';
import { API } from 'typescript/unstable/sync';

/** How long functions are, on the syntax trees of their files. */

export interface LongFunction {
  file: string;
  /** Its name, or the line where it begins. */
  name: string;
  lines: number;
}

const FOLDER = '/project';

/**
 * The functions of more lines than `most` that are no list. A list is a function whose body does nothing itself, so that
 * its length is the number of its entries, each of which is measured for itself:
 * - it declares constants, variables and functions, and returns;
 * - beside that it only calls things on one and the same object, as in `app.get(…); app.post(…);`: the routes of a
 *   plugin, the tables of a schema, the options of a command;
 * - or it is no block at all, but one expression.
 * An `if`, a loop, a `switch`, a `try`, an assignment, or calls on several objects make it a function that does something.
 */
export function longFunctions(texts: ReadonlyMap<string, string>, most: number): LongFunction[] {
  const api = new API({ cwd: FOLDER, fs: createVirtualFileSystem(virtualFiles(texts)) });
  try {
    const [project] = api.updateSnapshot({ openProjects: [`${FOLDER}/tsconfig.json`] }).getProjects();
    return [...texts.keys()].flatMap((file) => {
      const tree = project?.program.getSourceFile(`${FOLDER}/${file}`);
      if (tree === undefined) throw new Error(`${file} has no syntax tree`);
      return longFunctionsIn(file, tree, most);
    });
  } finally {
    api.close();
  }
}

function virtualFiles(texts: ReadonlyMap<string, string>): Record<string, string> {
  const compilerOptions = { noLib: true, noResolve: true, types: [], allowImportingTsExtensions: true, noEmit: true };
  return {
    [`${FOLDER}/tsconfig.json`]: JSON.stringify({ compilerOptions, include: ['**/*'] }),
    ...Object.fromEntries([...texts].map(([file, text]) => [`${FOLDER}/${file}`, text])),
  };
}

function longFunctionsIn(file: string, tree: SourceFile, most: number): LongFunction[] {
  const found: LongFunction[] = [];
  const linesBetween = (start: number, end: number) => tree.text.slice(start, end).split('\n').length;
  const visit = (node: Node): void => {
    const body = bodyOf(node);
    if (body !== undefined) {
      const start = node.getStart(tree);
      const lines = linesBetween(start, node.end);
      if (lines > most && !isList(body)) {
        found.push({ file, name: nameOf(node) ?? `line ${linesBetween(0, start)}`, lines });
      }
    }
    node.forEachChild(visit);
  };
  tree.forEachChild(visit);
  return found;
}

function bodyOf(node: Node): Node | undefined {
  const isFunction =
    isFunctionDeclaration(node) ||
    isFunctionExpression(node) ||
    isArrowFunction(node) ||
    isMethodDeclaration(node) ||
    isConstructorDeclaration(node) ||
    isGetAccessorDeclaration(node) ||
    isSetAccessorDeclaration(node);
  return isFunction ? node.body : undefined;
}

function nameOf(node: Node): string | undefined {
  const { name } = node as { name?: Node };
  return name !== undefined && isIdentifier(name) ? name.text : undefined;
}

function isList(body: Node): boolean {
  if (!isBlock(body)) return true;
  const doing = body.statements.filter((one) => !isDeclarationOrReturn(one));
  const objects = doing.map(calledObject);
  return objects.every((object) => object !== undefined && object === objects[0]);
}

function isDeclarationOrReturn(statement: Statement): boolean {
  return isVariableStatement(statement) || isFunctionDeclaration(statement) || isReturnStatement(statement);
}

/** `app` of `await app.register(…).after(…);`. Undefined for what is no call on something that has a name. */
function calledObject(statement: Statement): string | undefined {
  if (!isExpressionStatement(statement)) return undefined;
  const call: Expression = isAwaitExpression(statement.expression)
    ? statement.expression.expression
    : statement.expression;
  if (!isCallExpression(call)) return undefined;
  let object: Expression = call;
  while (isCallExpression(object) || isPropertyAccessExpression(object)) object = object.expression;
  return isIdentifier(object) ? object.text : undefined;
}

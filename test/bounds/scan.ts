/**
 * Finds in the source whatever outlives the function that made it and grows: maps, sets, arrays, objects used as maps, texts and buffers that are added
 * to, and chains of promises, which are queues in disguise. Growth is looked for, not types: each place that adds something is traced to the
 * declaration of what it adds to.
 */
import { relative, sep } from "node:path";
import ts from "typescript";

export interface Growing {
  /** Relative to the root, with slashes. */
  readonly file: string;
  readonly line: number;
  /** `Class.#field`, `Interface.field`, `function.variable`. */
  readonly name: string;
  /** What stands behind "Bounded" in the comment at its declaration; null: nothing. */
  readonly bound: string | null;
}

export interface Scan {
  /** What grows, by declaration. */
  readonly growing: readonly Growing[];
  /** Declarations that say what bounds them, and do not grow. */
  readonly stale: readonly Growing[];
  /** Places that add to something that cannot be traced: `file:line text`. */
  readonly untraced: readonly string[];
  /** Listeners that the function that adds them never removes, and signals that are never let go of: `file:line`. */
  readonly listeners: readonly string[];
}

const COLLECTIONS: Readonly<Record<string, ReadonlySet<string>>> = {
  Array: new Set(["push", "unshift", "splice"]),
  Map: new Set(["set"]),
  Set: new Set(["add"]),
};
/** What can make a new value of an old one and more. */
const JOINS = /\.\.\.|\bconcat\b|\b(?:then|catch|finally)\b/;
const METHODS = new Set(Object.values(COLLECTIONS).flatMap((methods) => [...methods]));
/** Their callbacks are done when they return. */
const SYNCHRONOUS = new Set(["forEach", "map", "filter", "flatMap", "reduce", "some", "every", "find", "findLast", "sort", "toSorted", "from", "replace", "replaceAll"]);

type Declaration = ts.PropertyDeclaration | ts.PropertySignature | ts.ParameterDeclaration | ts.VariableDeclaration | ts.PropertyAssignment | ts.BindingElement;

export function scan(root: string, files: readonly string[]): Scan {
  const { config } = ts.readConfigFile(`${root}/tsconfig.json`, (path) => ts.sys.readFile(path)) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram([...files], options);
  const scanner = new Scanner(program.getTypeChecker(), root);
  const sources = files.flatMap((file) => program.getSourceFile(file) ?? []);
  for (const source of sources) scanner.visit(source);
  // A function that adds to what it is given makes its callers' collections grow; again, for those who pass on what they are given.
  while (scanner.hasNewParameters()) for (const source of sources) scanner.visitCalls(source);
  return scanner.result();
}

class Scanner {
  readonly #checker: ts.TypeChecker;
  readonly #root: string;
  readonly #grown = new Set<Declaration>();
  readonly #documented = new Set<Declaration>();
  readonly #parameters = new Set<ts.ParameterDeclaration>();
  #known = 0;
  readonly #untraced: string[] = [];
  readonly #listeners: string[] = [];

  constructor(checker: ts.TypeChecker, root: string) {
    this.#checker = checker;
    this.#root = root;
  }

  visit(source: ts.SourceFile): void {
    const walk = (node: ts.Node): void => {
      if (ts.isCallExpression(node)) this.#call(node);
      else if (ts.isBinaryExpression(node)) this.#assignment(node);
      if (isDeclaration(node) && boundOf(node) !== null) this.#documented.add(node);
      ts.forEachChild(node, walk);
    };
    walk(source);
  }

  /** Whether parameters have been found that grow, since it was last asked. */
  hasNewParameters(): boolean {
    const found = this.#parameters.size > this.#known;
    this.#known = this.#parameters.size;
    return found;
  }

  visitCalls(source: ts.SourceFile): void {
    const names = new Set([...this.#parameters].map(({ parent }) => (ts.isConstructorDeclaration(parent) ? parent.parent.name : ts.isArrowFunction(parent) && ts.isVariableDeclaration(parent.parent) ? parent.parent.name : parent.name)?.getText()));
    const walk = (node: ts.Node): void => {
      if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && names.has(calledName(node))) {
        const parameters = this.#checker.getResolvedSignature(node)?.declaration?.parameters ?? [];
        for (const [index, argument] of (node.arguments ?? []).entries()) {
          const parameter = parameters[index];
          if (parameter !== undefined && ts.isParameter(parameter) && this.#parameters.has(parameter)) this.#growsIfKept(argument, node);
        }
      }
      ts.forEachChild(node, walk);
    };
    walk(source);
  }

  result(): Scan {
    const shown = (declarations: Iterable<Declaration>): Growing[] => [...declarations].map((each) => this.#show(each)).sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
    return { growing: shown(this.#grown), stale: shown([...this.#documented].filter((each) => !this.#grown.has(each))), untraced: this.#untraced, listeners: this.#listeners };
  }

  #call(call: ts.CallExpression): void {
    const { expression } = call;
    if (!ts.isPropertyAccessExpression(expression)) return;
    const method = expression.name.text;
    if (method === "addEventListener" && !outermostFunctionOf(call).getText().includes("removeEventListener")) this.#listeners.push(this.#place(call));
    // Node.js keeps what it makes for as long as one of its sources lives.
    if (expression.getText() === "AbortSignal.any") this.#listeners.push(this.#place(call));
    // By name first: to ask for the type of everything takes a minute.
    if (!METHODS.has(method) || (method === "splice" && call.arguments.length < 3)) return;
    const kind = this.#checker.getNonNullableType(this.#checker.getTypeAtLocation(expression.expression)).symbol?.name ?? "";
    if (COLLECTIONS[kind]?.has(method) !== true) return;
    this.#grows(expression.expression, call);
  }

  #assignment({ left, right, operatorToken, ...rest }: ts.BinaryExpression): void {
    const node = { left, right, operatorToken, ...rest };
    const kind = operatorToken.kind;
    if (kind < ts.SyntaxKind.FirstAssignment || kind > ts.SyntaxKind.LastAssignment) return;
    if (ts.isElementAccessExpression(left)) {
      if (this.#isOpenEnded(left.expression)) this.#grows(left.expression, left);
      return;
    }
    if (kind !== ts.SyntaxKind.PlusEqualsToken && !JOINS.test(right.getText())) return;
    const target = this.#owner(left);
    if (target === null) return;
    const isText = (this.#checker.getTypeAtLocation(left).flags & ts.TypeFlags.StringLike) !== 0;
    if ((kind === ts.SyntaxKind.PlusEqualsToken && isText) || this.#contains(node.right, target)) this.#grows(left, left);
  }

  /** Whether a new value is made of the old one and more: by spread, concatenation or `then`. */
  #contains(value: ts.Expression, target: Declaration): boolean {
    let found = false;
    const is = (expression: ts.Expression): boolean => this.#owner(expression) === target;
    const look = (node: ts.Node): void => {
      if (found || ts.isFunctionLike(node)) return;
      if (ts.isSpreadElement(node) && is(node.expression)) found = !isCut(node);
      else if (ts.isSpreadAssignment(node) && is(node.expression)) found = this.#isOpenEnded(node.expression);
      else if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
        const { name, expression } = node.expression;
        const joins = name.text === "concat" && (is(expression) || node.arguments.some((argument) => ts.isArrayLiteralExpression(argument) && argument.elements.some(is)));
        if (joins || (["then", "catch", "finally"].includes(name.text) && is(expression))) found = true;
      }
      ts.forEachChild(node, look);
    };
    look(value);
    return found;
  }

  #grows(expression: ts.Expression, site: ts.Node): void {
    const declaration = this.#owner(expression);
    if (declaration === null) {
      this.#untraced.push(`${this.#place(site)} ${site.getText().slice(0, 80)}`);
      return;
    }
    if (ts.isParameter(declaration) && !ts.isParameterPropertyDeclaration(declaration, declaration.parent)) this.#parameters.add(declaration);
    if (isShortLived(declaration, site)) return;
    this.#grown.add(declaration);
  }

  /** What is made for the call alone (`f(new Set())`) is its own. */
  #growsIfKept(argument: ts.Expression, site: ts.Node): void {
    if (this.#owner(argument) !== null) this.#grows(argument, site);
  }

  /** The declaration of what an expression stands for; what is inside a collection belongs to that. */
  #owner(expression: ts.Expression): Declaration | null {
    if (ts.isParenthesizedExpression(expression) || ts.isNonNullExpression(expression) || ts.isAwaitExpression(expression)) return this.#owner(expression.expression);
    if (ts.isBinaryExpression(expression)) return this.#owner(expression.left);
    if (ts.isElementAccessExpression(expression)) return this.#owner(expression.expression);
    if (ts.isCallExpression(expression)) return ts.isPropertyAccessExpression(expression.expression) && ["get", "at"].includes(expression.expression.name.text) ? this.#owner(expression.expression.expression) : null;
    if (!ts.isIdentifier(expression) && !ts.isPropertyAccessExpression(expression)) return null;
    let symbol = this.#checker.getSymbolAtLocation(expression);
    if (symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0) symbol = this.#checker.getAliasedSymbol(symbol);
    const declaration = symbol?.declarations?.[0];
    if (declaration === undefined) return null;
    if (ts.isShorthandPropertyAssignment(declaration)) return null;
    if (ts.isBindingElement(declaration)) return this.#property(declaration) ?? declaration;
    if (!isDeclaration(declaration)) return null;
    // Another name for something inside a longer-lived one.
    if (ts.isVariableDeclaration(declaration) && declaration.initializer !== undefined && !isFresh(declaration.initializer)) return this.#owner(declaration.initializer) ?? declaration;
    return declaration;
  }

  /** `{ a } = b` is `b.a`. */
  #property(element: ts.BindingElement): Declaration | null {
    if (!ts.isObjectBindingPattern(element.parent) || element.dotDotDotToken !== undefined) return null;
    const name = element.propertyName ?? element.name;
    if (!ts.isIdentifier(name)) return null;
    const found = this.#checker.getTypeAtLocation(element.parent).getProperty(name.text)?.declarations?.[0];
    return found !== undefined && isDeclaration(found) ? found : null;
  }

  /** An array, or an object that takes any key: not bytes, whose number is fixed, and not an object whose fields are. */
  #isOpenEnded(expression: ts.Expression): boolean {
    const type = this.#checker.getNonNullableType(this.#checker.getTypeAtLocation(expression));
    const name = type.symbol?.name ?? "";
    const isBytes = name === "Buffer" || (name.endsWith("Array") && name !== "Array");
    return !isBytes && this.#checker.getIndexInfosOfType(type).length > 0;
  }

  #place(node: ts.Node): string {
    const source = node.getSourceFile();
    return `${this.#file(source)}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
  }

  #file = (source: ts.SourceFile): string => relative(this.#root, source.fileName).split(sep).join("/");

  #show(declaration: Declaration): Growing {
    const source = declaration.getSourceFile();
    return { file: this.#file(source), line: source.getLineAndCharacterOfPosition(declaration.getStart()).line + 1, name: nameOf(declaration), bound: boundOf(declaration) };
  }
}

function isDeclaration(node: ts.Node): node is Declaration {
  return ts.isPropertyDeclaration(node) || ts.isPropertySignature(node) || ts.isParameter(node) || ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node) || ts.isBindingElement(node);
}

function calledName({ expression }: ts.CallExpression | ts.NewExpression): string {
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
}

function isFresh(initializer: ts.Expression): boolean {
  return ts.isArrayLiteralExpression(initializer) || ts.isNewExpression(initializer) || ts.isObjectLiteralExpression(initializer) || ts.isStringLiteral(initializer);
}

/** `[...x.slice(-10), y]` keeps what it was told to keep. */
function isCut(node: ts.SpreadElement | ts.SpreadAssignment): boolean {
  return ts.isCallExpression(node.expression) && ts.isPropertyAccessExpression(node.expression.expression) && node.expression.expression.name.text === "slice";
}

/** A variable that grows only while the function that declares it runs; a parameter is its caller's. */
function isShortLived(declaration: Declaration, site: ts.Node): boolean {
  if (ts.isParameter(declaration)) return !ts.isParameterPropertyDeclaration(declaration, declaration.parent);
  if (!ts.isVariableDeclaration(declaration) && !ts.isBindingElement(declaration)) return false;
  const home = functionOf(declaration);
  let at = functionOf(site);
  while (at !== home && at !== null && runsAtOnce(at)) at = functionOf(at);
  return at === home && home !== null;
}

function functionOf(node: ts.Node): ts.SignatureDeclaration | null {
  for (let at: ts.Node = node.parent; !ts.isSourceFile(at); at = at.parent) if (ts.isFunctionLike(at)) return at;
  return null;
}

/** The method, or the function of the module, that a node stands in; a class's method and not the class. */
function outermostFunctionOf(node: ts.Node): ts.Node {
  let found: ts.Node = node;
  for (let at: ts.Node = node.parent; !ts.isSourceFile(at) && !ts.isClassLike(at); at = at.parent) found = at;
  return found;
}

function runsAtOnce(node: ts.SignatureDeclaration): boolean {
  const { parent } = node;
  return ts.isCallExpression(parent) && parent.expression !== node && ts.isPropertyAccessExpression(parent.expression) && SYNCHRONOUS.has(parent.expression.name.text);
}

/** The sentence that says what bounds it: in the comment before the declaration, or before the statement that it is part of. */
function boundOf(declaration: Declaration): string | null {
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const text = declaration.getSourceFile().text;
  const comments = ts.getLeadingCommentRanges(text, statement.getFullStart()) ?? [];
  const words = comments.map(({ pos, end }) => text.slice(pos, end).replace(/^\s*(?:\/\*\*?|\/\/|\*\/|\*)|\*\/\s*$/gm, " ")).join(" ").replace(/\s+/g, " ");
  return /\bBounded(?: by|:) ([^.]+\S*)/.exec(words)?.[1]?.trim() ?? null;
}

function nameOf(declaration: Declaration): string {
  const own = declaration.name.getText();
  for (let at: ts.Node | undefined = declaration.parent; at !== undefined && !ts.isSourceFile(at); at = at.parent) {
    if ((ts.isClassLike(at) || ts.isInterfaceDeclaration(at) || ts.isTypeAliasDeclaration(at) || ts.isFunctionDeclaration(at) || ts.isMethodDeclaration(at)) && at.name !== undefined) return `${at.name.getText()}.${own}`;
    if (ts.isVariableDeclaration(at) && at !== declaration) return `${at.name.getText()}.${own}`;
  }
  return own;
}

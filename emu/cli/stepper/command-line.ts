/** The command line: what is typed, where its cursor is, what was typed before. Knows keys by terminal-kit's names. */

export class CommandLine {
  private before = '';
  private behind = '';
  private readonly history: string[] = [];
  /** How far back in the history; 0: what is being typed. */
  private back = 0;
  private kept = '';
  /** What the word under the cursor may become; shown until the next key. */
  choices: readonly string[] = [];

  /** @param complete how a line that begins so may go on */
  constructor(private readonly complete: (line: string) => string[]) {}

  get text(): string {
    return this.before + this.behind;
  }

  /** Columns before the cursor. */
  get cursor(): number {
    return this.before.length;
  }

  begin(text = ''): void {
    [this.before, this.behind, this.back, this.choices] = [text, '', 0, []];
  }

  /** @returns the line, when the key ends it; 'left' when it is given up */
  key(name: string, isCharacter: boolean): { readonly line: string } | 'left' | undefined {
    const { choices } = this;
    this.choices = [];
    if (isCharacter) {
      this.before += name;
      return undefined;
    }
    switch (name) {
      case 'ENTER':
      case 'KP_ENTER':
      case 'CTRL_J':
        return { line: this.take() };
      case 'ESCAPE':
      case 'CTRL_C':
        this.begin();
        return 'left';
      case 'BACKSPACE':
        if (this.text === '') return 'left';
        this.before = this.before.slice(0, -1);
        break;
      case 'DELETE':
      case 'CTRL_D':
        this.behind = this.behind.slice(1);
        break;
      case 'LEFT':
      case 'CTRL_B':
        this.move(this.cursor - 1);
        break;
      case 'RIGHT':
      case 'CTRL_F':
        this.move(this.cursor + 1);
        break;
      case 'HOME':
      case 'CTRL_A':
        this.move(0);
        break;
      case 'END':
      case 'CTRL_E':
        this.move(this.text.length);
        break;
      case 'CTRL_U':
        this.before = '';
        break;
      case 'CTRL_K':
        this.behind = '';
        break;
      case 'CTRL_W':
        this.before = this.before.replace(/\S+\s*$/, '');
        break;
      case 'UP':
      case 'CTRL_P':
        this.recall(1);
        break;
      case 'DOWN':
      case 'CTRL_N':
        this.recall(-1);
        break;
      case 'TAB':
        this.completeWord(choices);
        break;
    }
    return undefined;
  }

  private take(): string {
    const line = this.text.trim();
    if (line !== '' && this.history.at(-1) !== line) this.history.push(line);
    this.begin();
    return line;
  }

  private move(to: number): void {
    const { text } = this;
    const at = Math.max(0, Math.min(text.length, to));
    [this.before, this.behind] = [text.slice(0, at), text.slice(at)];
  }

  private recall(by: 1 | -1): void {
    const to = this.back + by;
    if (to < 0 || to > this.history.length) return;
    if (this.back === 0) this.kept = this.text;
    this.back = to;
    this.before = to === 0 ? this.kept : this.history.at(-to)!;
    this.behind = '';
  }

  /** As far as all that is possible agree; what they are is shown when that is no further. */
  private completeWord(shown: readonly string[]): void {
    const word = /\S*$/.exec(this.before)![0];
    const all = this.complete(this.before);
    if (all.length === 0) return;
    const common = all.reduce((a, b) => {
      let n = 0;
      while (n < a.length && a[n] === b[n]) n++;
      return a.slice(0, n);
    });
    const ended = all.length === 1 ? `${common} ` : common;
    if (ended.length > word.length) this.before = this.before.slice(0, this.before.length - word.length) + ended;
    if (all.length > 1 || shown.length > 0) this.choices = all;
  }
}

/** The checked-in files of cases: test/conformance/cases.spec.ts says what each is. */
import { readCases } from './formats.ts';

const FOLDER = 'test/conformance/cases';

export const checkedIn = [
  'traps.json',
  'alu.json',
  'fpu.json',
  'fpu-forms.json.gz',
  'frozen.json.gz',
  'found.json',
  'fpu-found.json',
] as const;

export const readCheckedIn = (name: (typeof checkedIn)[number]) => readCases(`${FOLDER}/${name}`);

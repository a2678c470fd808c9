// Neither package brings types; engines.ts says what it uses of them.
declare module '@alexaltea/capstone-js' {
  const load: unknown;
  export default load;
}
declare module '@alexaltea/keystone-js' {
  const load: unknown;
  export default load;
}

declare module '*.wat' {
  /** The assembled module. */
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}

/** What a server may know of the operator's environment: secrets of other systems stay out of foreign programs. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'SYSTEMROOT']

/** The environment of an embedded server: UTC, plain messages, and nothing that would configure it by accident. */
export function serverEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const passed = PASSED_ON.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))
  return { ...Object.fromEntries(passed), LC_ALL: 'C', TZ: 'UTC' }
}

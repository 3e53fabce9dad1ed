export interface WelcomeFacts {
  /** Of every listener. */
  readonly urls: readonly string[];
  /** The most specific first; the last one takes what the others leave. */
  readonly routes: readonly WelcomeRoute[];
  readonly adminUrl: string;
  readonly hasDemo: boolean;
  readonly processId: number;
}

export interface WelcomeRoute {
  /** Host and path, as `api.example/small`; `/`: everything. */
  readonly matches: string;
  /** Where it leads: one URL or several. */
  readonly origins: readonly string[];
  readonly strategy: string;
  readonly highWaterMark: number;
  readonly lowWaterMark: number;
}

/** What is printed once the proxy listens: where it is, where requests go, and what to try. */
export function welcome({ urls, routes, adminUrl, hasDemo, processId }: WelcomeFacts): string {
  const [first = '', ...others] = urls;
  const lines = [
    `millrace-proxy listens at ${first}`,
    ...others.map((url) => `                       at ${url}`),
    ...(routes.length === 1 ? routes.flatMap((route) => onlyRoute(route, hasDemo)) : routes.map(oneOfMany)),
    `  live page  ${adminUrl}/`,
  ];
  // Who tries the demo has a terminal to stop it in; everybody else has signals to send.
  const more = hasDemo ? demoTips(first) : [signalsTo(processId)];
  return `${[...lines, ...more].join('\n')}\n`;
}

function signalsTo(processId: number): string {
  return `  process    ${processId}; SIGHUP reads the configuration again, SIGTERM stops it and lets open bodies finish`;
}

function onlyRoute(route: WelcomeRoute, hasDemo: boolean): string[] {
  return [
    `  upstream   ${route.origins.join(', ')}${hasDemo ? ' (the demo origin)' : ''}`,
    `  strategy   ${pipeOf(route)}`,
  ];
}

function oneOfMany(route: WelcomeRoute): string {
  return `  route      ${route.matches} to ${route.origins.join(', ')} through ${pipeOf(route)}`;
}

function pipeOf({ strategy, highWaterMark, lowWaterMark }: WelcomeRoute): string {
  return `${strategy}, pausing at ${highWaterMark} bytes, resuming at ${lowWaterMark}`;
}

function demoTips(url: string): string[] {
  return [
    'Try, with the live page open:',
    `  curl ${url}/json`,
    `  curl ${url}/bytes/1073741824 | sha256sum; curl ${url}/sha256/1073741824`,
    `  curl --limit-rate 2M -o /dev/null ${url}/bytes/100000000     a slow client: the upstream is paused`,
    `  curl -N -o /dev/null '${url}/trickle?chunks=100'             a slow upstream: the client waits`,
    `  curl -T FILE ${url}/upload                                   hashed and answered`,
    `  curl -o /dev/null '${url}/break?mode=chunked'; echo $?       breaks off, and curl says so: 18`,
    'Ctrl-C stops it, and lets open bodies finish.',
  ];
}

export interface WelcomeFacts {
  readonly url: string;
  readonly upstream: string;
  readonly strategy: string;
  readonly highWaterMark: number;
  readonly lowWaterMark: number;
  readonly adminUrl: string;
  readonly hasDemo: boolean;
}

/** What is printed once the proxy listens: where it is, and what to try. */
export function welcome(facts: WelcomeFacts): string {
  const { url, upstream, strategy, highWaterMark, lowWaterMark, adminUrl, hasDemo } = facts;
  const lines = [
    `millrace-proxy listens at ${url}`,
    `  upstream   ${upstream}${hasDemo ? ' (the demo origin)' : ''}`,
    `  strategy   ${strategy}, pausing at ${highWaterMark} bytes, resuming at ${lowWaterMark}`,
    `  live page  ${adminUrl}/`,
  ];
  return `${[...lines, ...(hasDemo ? demoTips(url) : [])].join('\n')}\n`;
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

import { describe, expect, it } from 'vitest';
import type { Route } from '../src/upstream/route.ts';
import { RouteTable } from '../src/upstream/route-table.ts';

const routed = (entries: [host: string | undefined, path: string][]) => {
  const routes = entries.map(() => ({}) as Route);
  const table = new RouteTable(
    entries.map(([host, path], at) => ({ host, path, route: routes[at] as Route })),
  );
  return (authority: string | undefined, path: string): number =>
    routes.indexOf(table.routeFor(authority, path));
};

describe('the route of a request', () => {
  it.each([
    ['/', 1],
    ['/api', 0],
    ['/api/', 0],
    ['/api/a', 0],
    ['/api?q', 0],
    ['/apical', 1],
    ['/API', 1],
  ])('is the first whose path it is below: %s', (path, at) => {
    expect(
      routed([
        [undefined, '/api'],
        [undefined, '/'],
      ])('a', path),
    ).toBe(at);
  });

  it.each([
    ['a.example', 0],
    ['A.Example:8080', 0],
    ['b.example', 1],
    ['c.b.example:1', 1],
    ['example', 2],
    ['evil-example', 2],
    [undefined, 2],
  ])('is the first whose host is asked for: %s', (authority, at) => {
    expect(
      routed([
        ['a.example', '/'],
        ['*.example', '/'],
        [undefined, '/'],
      ])(authority, '/'),
    ).toBe(at);
  });

  it('is told by a host of IPv6', () => {
    expect(routed([['[::1]', '/']])('[::1]:8080', '/')).toBe(0);
  });

  it('is refused with 404 when there is none', () => {
    expect(() => routed([['a', '/x']])('b', '/y?secret')).toThrow(
      expect.objectContaining({ status: 404, message: 'There is no route for "b/y".' }),
    );
  });
});

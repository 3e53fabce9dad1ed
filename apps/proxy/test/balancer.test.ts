import { describe, expect, it } from 'vitest';
import { Balancer } from '../src/upstream/balancer.ts';
import { seededRandom } from './seeded-random.ts';

interface Server {
  readonly name: string;
  readonly weight: number;
  open: number;
}

const server = (name: string, weight: number, open = 0): Server => ({ name, weight, open });

describe('round robin', () => {
  it('takes turns by weight without runs', () => {
    const balancer = new Balancer<Server>('round-robin');
    const servers = [server('a', 5), server('b', 1), server('c', 1)];
    const turns = Array.from({ length: 7 }, () => balancer.choose(servers)?.name);
    expect(turns.join('')).toBe('aabacaa');
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is exact over every whole round, for any weights (seed %i)', (seed) => {
    const random = seededRandom(seed * 7919);
    const servers = Array.from({ length: 1 + random(9) }, (_, at) => server(`s${at}`, 1 + random(20)));
    const round = servers.reduce((sum, { weight }) => sum + weight, 0);
    const balancer = new Balancer<Server>('round-robin');
    for (let rounds = 0; rounds < 3; rounds += 1) {
      const turns = new Map<Server, number>();
      for (let turn = 0; turn < round; turn += 1) {
        const chosen = balancer.choose(servers) as Server;
        turns.set(chosen, (turns.get(chosen) ?? 0) + 1);
      }
      for (const each of servers) expect(turns.get(each)).toBe(each.weight);
    }
  });

  it('starves nobody while servers come and go', () => {
    const random = seededRandom(20_261_124);
    const servers = Array.from({ length: 6 }, (_, at) => server(`s${at}`, 1 + random(5)));
    const balancer = new Balancer<Server>('round-robin');
    const steady = servers[0] as Server;
    const most = servers.reduce((sum, { weight }) => sum + weight, 0);
    let since = 0;
    for (let turn = 0; turn < 5000; turn += 1) {
      const present = servers.filter((each) => each === steady || random(3) > 0);
      since = balancer.choose(present) === steady ? 0 : since + 1;
      expect(since).toBeLessThanOrEqual(2 * most);
    }
  });

  it('chooses nobody where there is nobody', () => {
    expect(new Balancer<Server>('round-robin').choose([])).toBeUndefined();
  });
});

describe('least open', () => {
  it('chooses a server than which no other has less to do for its weight', () => {
    const random = seededRandom(77);
    const servers = Array.from({ length: 7 }, (_, at) => server(`s${at}`, 1 + random(4)));
    const balancer = new Balancer<Server>('least-open');
    const load = ({ open, weight }: Server): number => (open + 1) / weight;
    for (let turn = 0; turn < 3000; turn += 1) {
      const chosen = balancer.choose(servers) as Server;
      expect(load(chosen)).toBe(Math.min(...servers.map(load)));
      chosen.open += 1;
      const done = servers[random(servers.length)] as Server;
      done.open -= Math.min(done.open, random(3));
    }
  });

  it('takes turns among equals', () => {
    const balancer = new Balancer<Server>('least-open');
    const servers = [server('a', 1), server('b', 1), server('c', 1)];
    expect(Array.from({ length: 6 }, () => balancer.choose(servers)?.name).join('')).toBe('abcabc');
  });
});

import type { Report } from '../reports/report.ts'

/** The report of a run of a broker in which nothing was judged, but for what is given instead. */
export const reported = ({ run, target, ...rest }: Changes): Report => ({
  schema: 'brokerspec-report/1',
  run: {
    seed: 7,
    runs: 100,
    transport: 'direct',
    strict: false,
    harness: '0.0.0',
    catalogueDigest: '',
    at: '2026-01-01T00:00:00.000Z',
    invocation: 'brokerspec',
    targetFile: 'target.json',
    ...run,
  },
  target: {
    role: 'broker',
    name: 'a broker',
    version: '1.0',
    dialect: 'k2trust',
    capabilities: [],
    profile: {},
    ...target,
  },
  selected: [],
  invariants: [],
  verdicts: [],
  evidence: {},
  clauses: {},
  notTested: [],
  waivers: [],
  exit: 0,
  ...rest,
})

type Changes = Partial<Omit<Report, 'run' | 'target'>> & {
  run?: Partial<Report['run']>
  target?: Partial<Report['target']>
}

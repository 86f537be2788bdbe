import type { ClauseId, Role } from '../../fixtures/clauses/clause.ts'
import { clauseOf } from '../../fixtures/clauses/index.ts'
import { brokerRole } from './broker.ts'
import { partyRole } from './relying-party.ts'
import type { JudgedRole, RoleModule } from './role.ts'
import { cacheRole } from './token-cache.ts'

/** The roles whose targets can be judged, each with all that the harness must know of it. */
export const roleModules: { readonly [R in JudgedRole]: RoleModule<R> } = {
  broker: brokerRole,
  'token-cache': cacheRole,
  'relying-party': partyRole,
}

export const judgedRoles = Object.keys(roleModules) as [JudgedRole, ...JudgedRole[]]

/** The same for a role that only a run knows. */
export const moduleOf = (role: JudgedRole): RoleModule<JudgedRole> => roleModules[role]

/** The role that a check or an invariant judges: that of its clauses. */
export const roleOf = ({ clauses }: { clauses: readonly [ClauseId, ...ClauseId[]] }): Role => clauseOf(clauses[0]).role

/** Those that judge targets of a role. */
export const ofRole = <Rule extends { clauses: readonly [ClauseId, ...ClauseId[]] }>(
  rules: readonly Rule[],
  role: Role,
): Rule[] => rules.filter((rule) => roleOf(rule) === role)

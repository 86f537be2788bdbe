import { Status } from 'allure-js-commons'

/** What is no plain failure of the target, by how its message begins; in the form of Allure 2 and of Allure 3. */
export const categories = [
  { name: 'Inconclusive: the target could not be judged', messageRegex: String.raw`^inconclusive[\s\S]*`, matchedStatuses: [Status.BROKEN] }, // prettier-ignore
  { name: 'Harness errors: our own mistakes', messageRegex: String.raw`^error in the harness[\s\S]*`, matchedStatuses: [Status.BROKEN] }, // prettier-ignore
  { name: 'Advice', messageRegex: String.raw`^advice[\s\S]*`, matchedStatuses: [Status.PASSED, Status.FAILED] },
  { name: 'Violations: the target breaks a clause', messageRegex: String.raw`^violation[\s\S]*`, matchedStatuses: [Status.FAILED] }, // prettier-ignore
  { name: 'Not applicable', messageRegex: String.raw`^not applicable[\s\S]*`, matchedStatuses: [Status.SKIPPED] },
]

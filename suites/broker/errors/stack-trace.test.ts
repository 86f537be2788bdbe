import { expect, test } from 'vitest'
import { stackTraceIn } from './stack-trace.ts'

test.each([
  ['Node.js', 'TypeError: x at Object.answer (/srv/broker/reply.js:12:7) at async go (node:http:9:1)'],
  ['Node.js without a name', 'at file:///srv/broker/reply.js:12:7'],
  ['Java', 'java.lang.NullPointerException at com.broker.Realm.find(Realm.java:42)'],
  ['Java, native', 'at jdk.internal.reflect.Direct.invoke(Native Method)'],
  ['.NET', String.raw`at Trust.Realms.Find(String realm) in C:\build\Realms.cs:line 42`],
  ['.NET without files', 'at Trust.Realms.Find(String realm) at System.Web.Mvc.Controller.ExecuteCore() '],
  ['Python', 'Traceback (most recent call last): File "flow.py", line 3, in go'],
  ['PHP', '#0 /var/www/realm.php(12): find()'],
  ['PHP, a warning', 'Undefined index: realm in /var/www/realm.php on line 12'],
  ['Ruby', "app/realm.rb:12:in 'find'"],
  ['Go', 'goroutine 1 [running]: main.go:12 +0x1d'],
  ['Rust', "thread 'main' panicked at src/realm.rs:12:5"],
])('the frames of %s are known', (_, text) => {
  expect(stackTraceIn(`<p>An error: ${text}</p>`)).toBeDefined()
})

test.each([
  'An error occurred while processing a WS-Federation sign-in request: unregistered-reply',
  'Look at https://help.broker.test/errors (in English) at any time, or call us at 9:30:15',
  'Reported at Trust.Example (Support) at 2026-01-01T10:00:00',
  'The file realm.php could not be found.',
  'at https://broker.test/app.js',
])('"%s" is no stack trace', (text) => {
  expect(stackTraceIn(text)).toBeUndefined()
})

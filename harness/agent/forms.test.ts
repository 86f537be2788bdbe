import { describe, expect, test } from 'vitest'
import { elementsOf, readPage } from './forms.ts'

const formIn = (html: string) => readPage(html).forms[0]

describe('a form', () => {
  test('is read even from a broken page', () => {
    const html = '<form action="/a" METHOD=post><div><input name=x value="1<2"><p><input name=y value=\'&quot;\'>'
    expect(formIn(html)).toMatchObject({
      action: '/a',
      method: 'POST',
      fields: [
        ['x', '1<2'],
        ['y', '"'],
      ],
    })
  })

  test('sends by GET to the page itself where it says nothing else', () => {
    expect(formIn('<form>')).toMatchObject({ action: '', method: 'GET', fields: [] })
    expect(formIn('<form method="PUT">')).toMatchObject({ method: 'GET' })
  })

  test('sends the text of a text area as it stands', () => {
    const html = '<form><textarea name="wresult">\n&lt;t:Response a="b"&gt;\n  x&amp;y</textarea></form>'
    expect(formIn(html)?.fields).toEqual([['wresult', '<t:Response a="b">\n  x&y']])
  })

  test('sends repeated fields each, and an empty one too', () => {
    const html = '<form><input name="a" value="1"><input type="hidden" name="a" value="2"><input name="b"></form>'
    expect(formIn(html)?.fields).toEqual([
      ['a', '1'],
      ['a', '2'],
      ['b', ''],
    ])
  })

  test('leaves out buttons, files, unnamed fields and boxes that are not ticked', () => {
    const html = `<form><input type="submit" name="s" value="1"><button name="t" value="1">Go</button>
      <input type="image" name="i"><input type="reset" name="r"><input type="file" name="f"><input value="unnamed">
      <input type="checkbox" name="no" value="1"><input type="radio" name="no" value="2">
      <input type="checkbox" name="yes" value="1" checked></form>`
    expect(formIn(html)?.fields).toEqual([['yes', '1']])
  })

  test('knows where a person types name and password', () => {
    const html =
      '<form><input type="hidden" name="h"><input type="EMAIL" name="login"><input type="password" name="passwd"></form>'
    expect(formIn(html)).toMatchObject({ user: 'login', password: 'passwd' })
    expect(formIn('<form><input name="plain"></form>')).toMatchObject({ user: 'plain', password: undefined })
  })

  test('keeps to its own fields when there are several', () => {
    const { forms } = readPage('<form action="/1"><input name="a"></form><form action="/2"><input name="b"></form>')
    expect(forms.map(({ action, fields }) => [action, fields])).toEqual([
      ['/1', [['a', '']]],
      ['/2', [['b', '']]],
    ])
  })
})

describe('a page', () => {
  test.each([
    ['a script', '<form></form><script>window.onload = () => document.forms[0].submit ()</script>', true],
    ['onload of the body', '<body onload="document.forms[0].submit()"><form></form>', true],
    ['a button to press', '<form onsubmit="check()"><input type="submit"></form><script>load()</script>', false],
    ['talk of submitting', '<form></form><p>document.forms[0].submit()</p>', false],
  ])('with %s submits itself: %s', (_, html, itself) => {
    expect(readPage(html).submitsItself).toBe(itself)
  })

  test('shows its text without markup, scripts and styles', () => {
    const html = '<title>T</title><style>a{}</style><h1>Bad\n Request:</h1><script>secret()</script><p>a&lt;b</p>'
    expect(readPage(html).text).toBe('T Bad Request: a<b')
  })

  test('has a form although its button is for browsers without scripts', () => {
    const html =
      '<form action="/a"><input name="x" value="1"><noscript><input type="submit" name="go"></noscript></form>'
    expect(formIn(html)).toMatchObject({ action: '/a', fields: [['x', '1']] })
  })

  test.each([
    ['<meta http-equiv="Refresh" content="0; URL=/next?a=b&amp;c=d">', '/next?a=b&c=d'],
    [`<meta http-equiv=refresh content="5;url='https://a.test/'">`, 'https://a.test/'],
    ['<meta http-equiv="refresh" content="30">', undefined],
    ['<meta name="refresh" content="0;url=/next">', undefined],
  ])('%s moves on to %s', (html, to) => {
    expect(readPage(html).refresh).toBe(to)
  })

  test('may be no page at all', () => {
    expect(readPage('')).toEqual({ text: '', forms: [], submitsItself: false, refresh: undefined, loads: [] })
    expect(readPage('\u0000{"json": "<form"}')).toMatchObject({ forms: [] })
  })
})

test('the elements of a page are those that a browser makes, comments and text left out', () => {
  const html = '<!doctype html><p title="a&quot;b">&lt;i&gt;<!-- <b> --><textarea><u></textarea><IMG SRC=x onerror=y>'
  expect(elementsOf(html).map(({ name }) => name)).toEqual(['html', 'head', 'body', 'p', 'textarea', 'img'])
  expect(elementsOf(html)[3]?.attributes).toEqual([['title', 'a"b']])
  expect(elementsOf(html)[5]?.attributes).toEqual([['src', 'x'], ['onerror', 'y']]) // prettier-ignore
})

import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { AttackFinding, Part } from '../../detector.ts'
import { codeInjectionDetector } from './index.ts'

function judge(value: string, place: Part['place'] = 'query', name = 'q'): AttackFinding | undefined {
  return codeInjectionDetector.detect(value, { place, name, raw: value, values: [value] })
}

test('code of Node, Java and Perl is told', () => {
  for (const value of [
    "require('child_process').exec('id')",
    'process.mainModule.require',
    'this.constructor.constructor("x")()',
    'java.lang.Runtime',
    'Runtime.getRuntime().exec("id")',
    'while(true){}',
    '@{[system "id"]}',
    '_$$ND_FUNC$$_function(){}',
    'com.opensymphony.xwork2',
    'invokertransformer',
    '__import__("os")',
    '$\\u007b\\u006aava.lang.Runtime',
  ]) {
    const found = judge(value)
    assert.equal(found?.detector, 'code-injection', value)
    assert.ok(found.confidence >= 60, value)
  }
})

test('texts about code are nothing', () => {
  for (const value of [
    'how to require a module in node',
    'a port of java.lang.String to the browser',
    'process automation',
    'java developer',
    'the prototype of a car',
    'while (foo) is bar',
    'function of the heart',
  ]) {
    assert.ok((judge(value)?.confidence ?? 0) < 60, value)
  }
})

test('names of parameters reach objects too', () => {
  assert.match(judge('1', 'query', '__proto__[admin]')?.why ?? '', /prototype/)
  assert.match(judge('x', 'query', 'class.module.classLoader.URLs[0]')?.why ?? '', /class loader/)
  assert.equal(judge('x', 'query', 'classroom'), undefined)
})

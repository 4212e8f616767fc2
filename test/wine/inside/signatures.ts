// What our verification and WinVerifyTrust say of the files that are named.

import { SignatureChecker } from '../../../src/agent/signatures.ts'

const checker = new SignatureChecker()
const findings = process.argv.slice(2).map((path) => checker.check(path))
process.stdout.write(JSON.stringify({ roots: checker.rootCount, findings }))

// The signatures of a program for people: the verdict first, then each signature with its signer, time and chain.

import type { CertificateFacts, SignatureResult, TrustReport } from '../../evidence/authenticode/index.ts'
import type { Terminal } from '../render/terminal.ts'
import { statusStyles } from './row.ts'
import { heading, tell, type TellOptions } from './lines.ts'

export function tellSignature(trust: TrustReport, options: TellOptions, terminal: Terminal): void {
  heading(terminal, 'Signature')
  const { status, code, hresult } = trust
  const verdict = status === 'valid' ? 'valid' : `${status} (${code} ${hresult})`
  terminal.out(`  ${terminal.style(statusStyles[status], verdict)}`)
  for (const { text } of trust.reasons) terminal.out(`  ${terminal.safe(text)}`)
  for (const oddity of trust.oddities) terminal.out(`  ${terminal.style('yellow', oddity)}`)
  for (const [index, signature] of trust.signatures.entries())
    tellOne(signature, index, { options, terminal })
}

interface Telling {
  readonly options: TellOptions
  readonly terminal: Terminal
}

function tellOne(signature: SignatureResult, index: number, { options, terminal }: Telling): void {
  const {
    place,
    digestAlgorithm = '',
    digest,
    pageHashes,
    catalog,
    programName,
    signer,
    timeStamp,
  } = signature
  const state = signature.status === 'valid' ? 'valid' : signature.code
  terminal.out('')
  terminal.out(
    `  ${terminal.style('bold', `#${index} ${place}, ${digestAlgorithm || 'by its catalog'}`)}: ${terminal.style(statusStyles[signature.status], state)}`,
  )
  tell(terminal, 'Catalog', catalog)
  tell(terminal, 'Program', programName)
  tell(terminal, 'Signer', signer?.subject)
  tell(terminal, 'Issuer', signer?.issuer)
  tell(
    terminal,
    'Certificate',
    signer === undefined ? undefined : `${signer.thumbprint}, ${signer.notBefore} to ${signer.notAfter}`,
  )
  if (timeStamp !== undefined) {
    const kind = timeStamp.kind === 'rfc3161' ? 'RFC 3161' : 'counter signature'
    tell(
      terminal,
      'Time stamp',
      `${timeStamp.time}, ${timeStamp.status} (${kind}${timeStamp.signer === undefined ? '' : `, ${shortName(timeStamp.signer)}`})`,
    )
  }
  tell(terminal, 'Signing time', timeStamp === undefined ? signature.signingTime : undefined)
  tell(terminal, 'Page hashes', pageHashes)
  tell(terminal, 'Chain', signature.chain.map(shortName).join(' ← '))
  tell(terminal, 'Revocation', signature.revocation.replaceAll('-', ' '))
  for (const { code, text } of signature.status === 'valid' ? [] : signature.reasons)
    tell(terminal, 'Reason', `${text} (${code})`)
  for (const remark of signature.remarks) if (!remark.startsWith('whether ')) tell(terminal, 'Remark', remark)
  if (!options.isVerbose) return
  tell(terminal, 'Digest', digest)
  tell(terminal, 'More', signature.moreInfo)
  for (const certificate of [...signature.chain, ...(timeStamp?.chain ?? [])])
    tellCertificate(certificate, terminal)
}

function tellCertificate(certificate: CertificateFacts, terminal: Terminal): void {
  const { subject, serialNumber, thumbprint, notBefore, notAfter } = certificate
  terminal.out(`    ${terminal.safe(subject)}`)
  terminal.out(`      serial ${serialNumber}, SHA-1 ${thumbprint}, ${notBefore} to ${notAfter}`)
}

function shortName({ subject }: CertificateFacts): string {
  return /(?:^|, )CN=([^,]{1,100})/.exec(subject)?.[1] ?? subject
}

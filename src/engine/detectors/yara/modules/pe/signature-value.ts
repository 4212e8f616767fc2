// Signatures as rules see them. What a signature says is there at once, whether it is true is worked out when asked for.

import type { AuthenticodeSignature, Certificate, Countersignature } from '../../../../parsers/pkcs7/index.ts'
import { once } from '../../../../parsers/pe/index.ts'

export interface CertificateValue {
  readonly issuer: string
  readonly subject: string
  readonly thumbprint: string
  readonly version: number
  readonly algorithm: string
  readonly algorithm_oid: string
  readonly serial: string
  readonly not_before: number
  readonly not_after: number
}

export interface SignatureValue extends Partial<CertificateValue> {
  readonly verified: boolean
}

export function signatureValue(signature: AuthenticodeSignature): SignatureValue {
  const verified = once(() => signature.isVerified())
  const fileDigest = once(() => signature.fileDigest())
  const chain = signature.chain.map(certificateValue)
  const certificates = once(() => signature.certificates.map(certificateValue))
  const countersignatures = once(() => signature.countersignatures.map(countersignatureValue))
  const signer = {
    program_name: signature.opusInfo?.programName,
    more_info: signature.opusInfo?.moreInfo,
    digest: signature.signerDigest,
    digest_alg: signature.signerDigestAlgorithm,
    chain,
  }
  return {
    // The signer's certificate, if it is there.
    ...chain[0],
    get verified() {
      return verified()
    },
    digest_alg: signature.digestAlgorithm,
    digest: signature.digest,
    get file_digest() {
      return fileDigest()
    },
    number_of_certificates: signature.certificates.length,
    number_of_countersignatures: signature.countersignatures.length,
    signer_info: signer,
    get certificates() {
      return certificates()
    },
    get countersignatures() {
      return countersignatures()
    },
  } as SignatureValue
}

function certificateValue(certificate: Certificate): CertificateValue {
  return {
    issuer: certificate.issuer.text,
    subject: certificate.subject.text,
    thumbprint: certificate.thumbprint,
    version: certificate.version,
    algorithm: certificate.algorithmName,
    algorithm_oid: certificate.algorithm.oid,
    serial: certificate.serial,
    not_before: certificate.notBefore,
    not_after: certificate.notAfter,
  }
}

function countersignatureValue(countersignature: Countersignature): object {
  const verified = once(() => countersignature.isVerified())
  return {
    get verified() {
      return verified()
    },
    sign_time: countersignature.signTime,
    digest: countersignature.digest,
    digest_alg: countersignature.digestAlgorithm,
    chain: countersignature.chain.map(certificateValue),
  }
}

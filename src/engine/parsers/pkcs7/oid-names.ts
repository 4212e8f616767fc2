// The names of the object identifiers that turn up in certificates: algorithms and the attributes of names. Which names,
// where registries know several, is what YARA-X prints; rules compare with them. Registered in RFC 4519, 4524, 5280,
// 5912 and by PKCS #9; the last group is Microsoft's, for extended validation.

/** Each line: last number and name, for all identifiers below the first column. */
const groups: readonly (readonly [string, string])[] = [
  [
    '2.5.4',
    '0 objectClass 1 aliasedObjectName 2 knowledgeInformation 3 CN 4 sn 5 serialNumber 6 C 7 L 8 ST 9 ' +
      'street 10 O 11 OU 12 title 13 description 14 searchGuide 15 businessCategory 16 postalAddress 17 ' +
      'postalCode 18 postOfficeBox 19 physicalDeliveryOfficeName 20 telephoneNumber 21 telexNumber 22 ' +
      'teletexTerminalIdentifier 23 facsimileTelephoneNumber 24 x121Address 25 internationaliSDNNumber 26 ' +
      'registeredAddress 27 destinationIndicator 28 preferredDeliveryMethod 29 presentationAddress 30 ' +
      'supportedApplicationContext 31 member 32 owner 33 roleOccupant 34 seeAlso 35 userPassword 36 ' +
      'userCertificate 37 cACertificate 38 authorityRevocationList 39 certificateRevocationList 40 ' +
      'crossCertificatePair 41 name 42 givenName 43 initials 44 generationQualifier 45 ' +
      'x500UniqueIdentifier 46 dnQualifier 47 enhancedSearchGuide 48 protocolInformation 49 ' +
      'distinguishedName 50 uniqueMember 51 houseIdentifier 52 supportedAlgorithms 53 deltaRevocationList ' +
      '54 dmdName 65 pseudonym 72 id-at-role',
  ],
  [
    '0.9.2342.19200300.100.1',
    '1 uid 2 textEncodedORAddress 3 mail 4 info 5 drink 6 roomNumber 7 photo 8 userClass 9 host 10 ' +
      'manager 11 documentIdentifier 12 documentTitle 13 documentVersion 14 documentAuthor 15 ' +
      'documentLocation 20 homePhone 21 secretary 22 otherMailbox 23 lastModifiedTime 24 lastModifiedBy ' +
      '25 DC 26 aRecord 27 mDRecord 28 mXRecord 29 nSRecord 30 sOARecord 31 cNAMERecord 37 ' +
      'associatedDomain 38 associatedName 39 homePostalAddress 40 personalTitle 41 mobile 42 pager 43 co ' +
      '44 uniqueIdentifier 45 organizationalStatus 46 janetMailbox 47 mailPreferenceOption 48 ' +
      'buildingName 49 dSAQuality 50 singleLevelQuality 51 subtreeMinimumQuality 52 subtreeMaximumQuality ' +
      '53 personalSignature 54 dITRedirect 55 audio 56 documentPublisher 60 jpegPhoto',
  ],
  [
    '1.2.840.113549.1.1',
    '1 rsaEncryption 2 md2WithRSAEncryption 4 md5WithRSAEncryption 5 sha1WithRSAEncryption 7 ' +
      'id-RSAES-OAEP 8 id-mgf1 9 id-pSpecified 10 id-RSASSA-PSS 11 sha256WithRSAEncryption 12 ' +
      'sha384WithRSAEncryption 13 sha512WithRSAEncryption 14 sha224WithRSAEncryption',
  ],
  ['1.2.840.113549.1.7', '1 id-data 2 id-signedData 3 id-envelopedData 5 id-digestedData 6 id-encryptedData'],
  [
    '1.2.840.113549.1.9',
    '1 email 3 id-contentType 4 id-messageDigest 5 id-signingTime 6 id-countersignature 14 ' +
      'id-ExtensionReq 15 smimeCapabilities 16 id-smime',
  ],
  [
    '1.2.840.113549.2',
    '2 id-md2 5 md5 8 id-hmacWithSHA224 9 id-hmacWithSHA256 10 id-hmacWithSHA384 11 id-hmacWithSHA512',
  ],
  ['1.2.840.10040.4', '1 id-dsa 3 dsaWithSHA1'],
  ['1.2.840.10045.2', '1 id-ecPublicKey'],
  ['1.2.840.10045.4.3', '1 ecdsa-with-SHA224 2 ecdsa-with-SHA256 3 ecdsa-with-SHA384 4 ecdsa-with-SHA512'],
  ['1.3.14.3.2', '26 sha1 29 sha1WithRSAEncryption'],
  ['1.3.101', '110 id-X25519 111 id-X448 112 id-Ed25519 113 id-Ed448'],
  ['2.16.840.1.101.3.4.2', '1 sha256 2 sha384 3 sha512 4 id-sha224'],
  ['2.16.840.1.101.3.4.3', '1 dsa_with_SHA224 2 dsa_with_SHA256'],
  ['1.3.6.1.4.1.311.60.2.1', '1 jurisdictionL 2 jurisdictionST 3 jurisdictionC'],
]

const names = new Map(groups.flatMap(([arc, words]) => pairsOf(arc, words.split(' '))))

function pairsOf(arc: string, words: readonly string[]): [string, string][] {
  const pairs: [string, string][] = []
  for (let index = 0; index + 1 < words.length; index += 2) {
    pairs.push([`${arc}.${words[index]!}`, words[index + 1]!])
  }
  return pairs
}

/** Three first numbers are assigned, with up to forty below each; no number has more than 32 bits. */
const ordinary = /^[012]\.[123]?\d(?:\.\d+)*$/

/** The name of an object identifier, its numbers where it has no known name, or `invalid`. */
export function oidName(oid: string): string {
  return names.get(oid) ?? (isOrdinary(oid) ? oid : invalidOid)
}

function isOrdinary(oid: string): boolean {
  return ordinary.test(oid) && oid.split('.').every((number) => Number(number) <= 0xffffffff)
}

/** In place of what could not be decoded. */
export const invalidOid = 'invalid'

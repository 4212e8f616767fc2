// Names that the PE format has for its numbers (Microsoft PE Format; winnt.h without its prefixes).

export const machines: Readonly<Record<number, string>> = {
  0x14c: 'I386',
  0x166: 'R4000',
  0x1c0: 'ARM',
  0x1c2: 'THUMB',
  0x1c4: 'ARMNT',
  0x1f0: 'POWERPC',
  0x200: 'IA64',
  0xebc: 'EBC',
  0x5032: 'RISCV32',
  0x5064: 'RISCV64',
  0x6264: 'LOONGARCH64',
  0x8664: 'AMD64',
  0xa641: 'ARM64EC',
  0xaa64: 'ARM64',
}

export const subsystems: Readonly<Record<number, string>> = {
  1: 'NATIVE',
  2: 'WINDOWS_GUI',
  3: 'WINDOWS_CUI',
  5: 'OS2_CUI',
  7: 'POSIX_CUI',
  9: 'WINDOWS_CE_GUI',
  10: 'EFI_APPLICATION',
  11: 'EFI_BOOT_SERVICE_DRIVER',
  12: 'EFI_RUNTIME_DRIVER',
  13: 'EFI_ROM',
  14: 'XBOX',
  16: 'WINDOWS_BOOT_APPLICATION',
}

type Flags = readonly (readonly [number, string])[]

export const fileFlags: Flags = [
  [0x0001, 'RELOCS_STRIPPED'],
  [0x0002, 'EXECUTABLE_IMAGE'],
  [0x0020, 'LARGE_ADDRESS_AWARE'],
  [0x0100, '32BIT_MACHINE'],
  [0x0200, 'DEBUG_STRIPPED'],
  [0x0400, 'REMOVABLE_RUN_FROM_SWAP'],
  [0x0800, 'NET_RUN_FROM_SWAP'],
  [0x1000, 'SYSTEM'],
  [0x2000, 'DLL'],
  [0x4000, 'UP_SYSTEM_ONLY'],
]

export const dllFlags: Flags = [
  [0x0020, 'HIGH_ENTROPY_VA'],
  [0x0040, 'DYNAMIC_BASE'],
  [0x0080, 'FORCE_INTEGRITY'],
  [0x0100, 'NX_COMPAT'],
  [0x0200, 'NO_ISOLATION'],
  [0x0400, 'NO_SEH'],
  [0x0800, 'NO_BIND'],
  [0x1000, 'APPCONTAINER'],
  [0x2000, 'WDM_DRIVER'],
  [0x4000, 'GUARD_CF'],
  [0x8000, 'TERMINAL_SERVER_AWARE'],
]

export function flagNames(value: number, flags: Flags): string[] {
  return flags.filter(([bit]) => (value & bit) !== 0).map(([, name]) => name)
}

export function numberName(value: number, names: Readonly<Record<number, string>>): string {
  return names[value] ?? `0x${value.toString(16)}`
}

export const debugTypes: Readonly<Record<number, string>> = {
  1: 'COFF',
  2: 'CODEVIEW',
  3: 'FPO',
  4: 'MISC',
  5: 'EXCEPTION',
  6: 'FIXUP',
  9: 'BORLAND',
  12: 'VC_FEATURE',
  13: 'POGO',
  14: 'ILTCG',
  15: 'MPX',
  16: 'REPRO',
  17: 'EMBEDDED_PDB',
  19: 'PDB_CHECKSUM',
  20: 'EX_DLLCHARACTERISTICS',
}

// Runs when accept(2) or accept4(2) returns: a connection is made wherever its last packet is handled, so only here it is
// known which process took it. From the descriptor to the socket the way leads through the file table of the process.

import { Assembler } from '../../../platform/linux/bpf/assembler.ts'
import type { Btf } from '../../../platform/linux/bpf/btf.ts'
import { Helper, R } from '../../../platform/linux/bpf/instructions.ts'
import { at, headBytes, RecordKind } from './layout.ts'
import {
  count,
  counterIndex,
  NetworkHelper,
  type NetworkMaps,
  reserve,
  storeOwner,
  storeZeros,
  submit,
  taskOffsets,
} from './program-parts.ts'

/** Where the tracepoint has the result of the call. */
const resultAt = 16
const pointerAt = -8

export function acceptProgram(btf: Btf, maps: NetworkMaps): Buffer {
  const code = new Assembler()
  code.load(8, R.r6, R.r1, resultAt).jumpIf(R.r6, 'slt', 0, 'out')
  code.call(NetworkHelper.currentTaskBtf).load(8, R.r1, R.r0, btf.offsetOf('task_struct.files'))
  code.jumpIf(R.r1, 'eq', 0, 'out').load(8, R.r1, R.r1, btf.offsetOf('files_struct.fdt'))
  code.load(4, R.r2, R.r1, btf.offsetOf('fdtable.max_fds')).jumpIfRegister(R.r6, 'ge', R.r2, 'out')
  code.load(8, R.r3, R.r1, btf.offsetOf('fdtable.fd')).set('shiftLeft', R.r6, 3).op('add', R.r3, R.r6)
  follow(code, 0)
  follow(code, btf.offsetOf('file.private_data'))
  follow(code, btf.offsetOf('socket.sk'))
  code.load(8, R.r6, R.fp, pointerAt)
  reserve(code, maps, headBytes, 'full')
  storeZeros(code, R.r9, { from: 0, to: headBytes })
  code.storeConstant(1, R.r9, at.kind, RecordKind.accepted).store(8, R.r9, at.socket, R.r6)
  code.call(Helper.ktimeGetBootNs).store(8, R.r9, at.time, R.r0)
  storeOwner(code, R.r9, { ...at, task: taskOffsets(btf) })
  submit(code, maps)
  code.jump('out').label('full')
  count(code, maps, counterIndex.dropped)
  code.label('out').constant(R.r0, 0).exit()
  return code.build()
}

// r3 = *(r3 + offset), by way of the stack.
function follow(code: Assembler, offset: number): void {
  if (offset > 0) code.set('add', R.r3, offset)
  code.address(R.r1, R.fp, pointerAt).constant(R.r2, 8).call(Helper.probeReadKernel)
  code.jumpIf(R.r0, 'ne', 0, 'out').load(8, R.r3, R.fp, pointerAt)
}

// Where the members that the programs read lie in the structs of the running kernel. Some have moved over the years:
// the names are tried from the newest to the oldest.

import type { Btf } from '../../../platform/linux/bpf/btf.ts'

const members = {
  taskPid: ['task_struct.pid'],
  taskTgid: ['task_struct.tgid'],
  taskFlags: ['task_struct.flags'],
  taskComm: ['task_struct.comm'],
  taskStart: ['task_struct.start_boottime', 'task_struct.real_start_time'],
  taskRealParent: ['task_struct.real_parent'],
  taskGroupLeader: ['task_struct.group_leader'],
  taskCred: ['task_struct.cred'],
  taskSignal: ['task_struct.signal'],
  taskMm: ['task_struct.mm'],
  taskFs: ['task_struct.fs'],
  taskExitCode: ['task_struct.exit_code'],
  taskCgroups: ['task_struct.cgroups'],
  credUid: ['cred.uid'],
  credGid: ['cred.gid'],
  credEuid: ['cred.euid'],
  credEgid: ['cred.egid'],
  credSuid: ['cred.suid'],
  credSgid: ['cred.sgid'],
  credCaps: ['cred.cap_effective'],
  signalTty: ['signal_struct.tty'],
  signalPids: ['signal_struct.pids'],
  signalLive: ['signal_struct.live'],
  signalFlags: ['signal_struct.flags'],
  signalExitCode: ['signal_struct.group_exit_code'],
  ttyIndex: ['tty_struct.index'],
  ttyDriver: ['tty_struct.driver'],
  driverMajor: ['tty_driver.major'],
  driverMinor: ['tty_driver.minor_start'],
  pidNumbers: ['pid.numbers'],
  cssSetCgroup: ['css_set.dfl_cgrp'],
  cgroupNode: ['cgroup.kn'],
  nodeId: ['kernfs_node.id'],
  bprmFile: ['linux_binprm.file'],
  bprmFilename: ['linux_binprm.filename'],
  bprmInterp: ['linux_binprm.interp'],
  filePathMount: ['file.f_path.mnt'],
  filePathDentry: ['file.f_path.dentry'],
  fileInode: ['file.f_inode'],
  inodeNumber: ['inode.i_ino'],
  inodeMode: ['inode.i_mode'],
  inodeLinks: ['inode.__i_nlink', 'inode.i_nlink'],
  inodeUid: ['inode.i_uid'],
  inodeGid: ['inode.i_gid'],
  inodeSize: ['inode.i_size'],
  inodeSuper: ['inode.i_sb'],
  inodeCtime: ['inode.i_ctime_sec', 'inode.__i_ctime.tv_sec', 'inode.i_ctime.tv_sec'],
  inodeCtimeNs: ['inode.i_ctime_nsec', 'inode.__i_ctime.tv_nsec', 'inode.i_ctime.tv_nsec'],
  superDevice: ['super_block.s_dev'],
  mmArgStart: ['mm_struct.arg_start'],
  mmArgEnd: ['mm_struct.arg_end'],
  mmExeFile: ['mm_struct.exe_file'],
  fsRootMount: ['fs_struct.root.mnt'],
  fsRootDentry: ['fs_struct.root.dentry'],
  fsPwdMount: ['fs_struct.pwd.mnt'],
  fsPwdDentry: ['fs_struct.pwd.dentry'],
  dentryParent: ['dentry.d_parent'],
  dentryName: ['dentry.d_name.name'],
  mountRoot: ['vfsmount.mnt_root'],
  mountVfs: ['mount.mnt'],
  mountParent: ['mount.mnt_parent'],
  mountPoint: ['mount.mnt_mountpoint'],
} as const

export type KernelMember = keyof typeof members

/** Bytes from the start of the struct. Undefined: this kernel does not have what only some have. */
export type KernelTypes = Readonly<Record<KernelMember, number>> & {
  readonly taskLoginuid: number | undefined
  readonly taskSessionid: number | undefined
}

/** Throws AppError with the first member that the kernel's types do not have. */
export function readKernelTypes(btf: Btf): KernelTypes {
  const found = Object.entries(members).map(([key, paths]) => [key, offsetOf(btf, paths)] as const)
  return {
    ...(Object.fromEntries(found) as Record<KernelMember, number>),
    // Only with CONFIG_AUDIT.
    taskLoginuid: btf.findOffset('task_struct.loginuid'),
    taskSessionid: btf.findOffset('task_struct.sessionid'),
  }
}

function offsetOf(btf: Btf, paths: readonly string[]): number {
  for (const path of paths) {
    const offset = btf.findOffset(path)
    if (offset !== undefined) return offset
  }
  return btf.offsetOf(paths[0] ?? '')
}

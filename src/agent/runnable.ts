// Which files are worth a scan when they appear: programs and scripts, documents that carry them, and containers.

import { closeSync, openSync, readSync } from 'node:fs'

const extensions = new Set(
  (
    'exe dll com scr sys drv ocx cpl efi msi msp mst msix appx bat cmd ps1 psm1 psd1 vbs vbe js jse wsf wsh hta sct ' +
    'lnk url pif reg inf jar class py rb chm hlp xll wll docm dotm xlsm xltm xlam pptm potm ppam doc xls ppt rtf ' +
    'pdf one hwp zip 7z rar cab iso img vhd vhdx tar gz xz bz2 ace arj aspx ashx asmx jsp php'
  ).split(' '),
)

/** By its name, or because it begins as a program does. `busy`: another one holds it. */
export function isRunnable(path: string): boolean | 'busy' | 'gone' {
  const head = Buffer.alloc(2)
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    return code === 'EBUSY' || code === 'EPERM' || code === 'EACCES' ? 'busy' : 'gone'
  }
  try {
    const isProgram = readSync(fd, head, 0, 2, 0) === 2 && head.toString('latin1') === 'MZ'
    return isProgram || extensions.has(path.slice(path.lastIndexOf('.') + 1).toLowerCase())
  } catch {
    // A folder, or a file whose range is locked.
    return 'gone'
  } finally {
    closeSync(fd)
  }
}

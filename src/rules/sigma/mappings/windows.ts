// Windows events, as they stand in event logs, as the log sources of Sigma's taxonomy: the service by the channel, the
// category by the channel and the event's number. Field names are those of the event's data.

/** Services by channel, lower case. */
const serviceChannels: Readonly<Record<string, readonly string[]>> = {
  application: ['Application'],
  security: ['Security'],
  system: ['System'],
  sysmon: ['Microsoft-Windows-Sysmon/Operational'],
  powershell: ['Microsoft-Windows-PowerShell/Operational', 'PowerShellCore/Operational'],
  'powershell-classic': ['Windows PowerShell'],
  taskscheduler: ['Microsoft-Windows-TaskScheduler/Operational'],
  wmi: ['Microsoft-Windows-WMI-Activity/Operational'],
  windefend: ['Microsoft-Windows-Windows Defender/Operational'],
  'dns-server': ['DNS Server'],
  'dns-server-audit': ['Microsoft-Windows-DNS-Server/Audit'],
  'dns-server-analytic': ['Microsoft-Windows-DNS-Server/Analytical'],
  'dns-client': [
    'Microsoft-Windows-DNS Client Events/Operational',
    'Microsoft-Windows-DNS-Client/Operational',
  ],
  'driver-framework': ['Microsoft-Windows-DriverFrameworks-UserMode/Operational'],
  ntlm: ['Microsoft-Windows-NTLM/Operational'],
  dhcp: ['Microsoft-Windows-DHCP-Server/Operational'],
  'msexchange-management': ['MSExchange Management'],
  'printservice-admin': ['Microsoft-Windows-PrintService/Admin'],
  'printservice-operational': ['Microsoft-Windows-PrintService/Operational'],
  'terminalservices-localsessionmanager': [
    'Microsoft-Windows-TerminalServices-LocalSessionManager/Operational',
  ],
  'smbclient-security': ['Microsoft-Windows-SmbClient/Security'],
  'smbclient-connectivity': ['Microsoft-Windows-SmbClient/Connectivity'],
  'smbserver-connectivity': ['Microsoft-Windows-SMBServer/Connectivity'],
  applocker: [
    'Microsoft-Windows-AppLocker/MSI and Script',
    'Microsoft-Windows-AppLocker/EXE and DLL',
    'Microsoft-Windows-AppLocker/Packaged app-Deployment',
    'Microsoft-Windows-AppLocker/Packaged app-Execution',
  ],
  'bits-client': ['Microsoft-Windows-Bits-Client/Operational'],
  'codeintegrity-operational': ['Microsoft-Windows-CodeIntegrity/Operational'],
  'firewall-as': ['Microsoft-Windows-Windows Firewall With Advanced Security/Firewall'],
  'security-mitigations': [
    'Microsoft-Windows-Security-Mitigations/Kernel Mode',
    'Microsoft-Windows-Security-Mitigations/User Mode',
  ],
  'diagnosis-scripted': ['Microsoft-Windows-Diagnosis-Scripted/Operational'],
  'shell-core': ['Microsoft-Windows-Shell-Core/Operational'],
  openssh: ['OpenSSH/Operational'],
  ldap: ['Microsoft-Windows-LDAP-Client/Debug'],
  'microsoft-servicebus-client': ['Microsoft-ServiceBus-Client'],
  'appxpackaging-om': ['Microsoft-Windows-AppxPackaging/Operational'],
  'appxdeployment-server': ['Microsoft-Windows-AppXDeploymentServer/Operational'],
  'appmodel-runtime': ['Microsoft-Windows-AppModel-Runtime/Admin'],
  'lsa-server': ['Microsoft-Windows-LSA/Operational'],
  capi2: ['Microsoft-Windows-CAPI2/Operational'],
  'certificateservicesclient-lifecycle-system': [
    'Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational',
  ],
  'iis-configuration': ['Microsoft-IIS-Configuration/Operational'],
  'wmi-activity': ['Microsoft-Windows-WMI-Activity/Operational'],
  kernel_file: ['Microsoft-Windows-Kernel-File/Analytic'],
}

type Numbers = readonly number[]

/** Categories by channel and event number. */
const categoryEvents: readonly (readonly [channel: string, Readonly<Record<string, Numbers>>])[] = [
  [
    'Microsoft-Windows-Sysmon/Operational',
    {
      process_creation: [1],
      file_change: [2],
      network_connection: [3],
      sysmon_status: [4, 16],
      process_termination: [5],
      driver_load: [6],
      image_load: [7],
      create_remote_thread: [8],
      raw_access_thread: [9],
      process_access: [10],
      file_event: [11],
      registry_event: [12, 13, 14],
      registry_add: [12],
      registry_delete: [12],
      registry_set: [13],
      registry_rename: [14],
      create_stream_hash: [15],
      pipe_created: [17, 18],
      wmi_event: [19, 20, 21],
      dns_query: [22],
      file_delete: [23, 26],
      clipboard_capture: [24],
      process_tampering: [25],
      file_block_executable: [27],
      file_block_shredding: [28],
      file_executable_detected: [29],
      sysmon_error: [255],
    },
  ],
  ['Security', { process_creation: [4688], process_termination: [4689], registry_event: [4657] }],
  ['Microsoft-Windows-PowerShell/Operational', { ps_module: [4103], ps_script: [4104] }],
  ['PowerShellCore/Operational', { ps_module: [4103], ps_script: [4104] }],
  [
    'Windows PowerShell',
    { ps_classic_start: [400], ps_classic_provider_start: [600], ps_classic_script: [800] },
  ],
  ['Microsoft-Windows-Kernel-File/Analytic', { file_access: [12], file_rename: [19], file_delete: [26] }],
  ['Microsoft-Windows-DNS-Client/Operational', { dns_query: [3006, 3008] }],
]

/** The operating system's own process events under Sysmon's names. */
export const securityFieldNames: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  4688: {
    Image: 'NewProcessName',
    ParentImage: 'ParentProcessName',
    ProcessId: 'NewProcessId',
    ParentProcessId: 'ProcessId',
    IntegrityLevel: 'MandatoryLabel',
    User: 'SubjectUserName',
    LogonId: 'SubjectLogonId',
  },
  4657: { TargetObject: 'ObjectName', Details: 'NewValue', Image: 'ProcessName' },
}

const services = new Map<string, string[]>()
for (const [service, channels] of Object.entries(serviceChannels)) {
  for (const channel of channels) {
    const key = channel.toLowerCase()
    services.set(key, [...(services.get(key) ?? []), service])
  }
}

const categories = new Map<string, string[]>()
for (const [channel, numbers] of categoryEvents) {
  for (const [category, ids] of Object.entries(numbers)) {
    for (const id of ids) {
      const key = `${channel.toLowerCase()} ${id}`
      categories.set(key, [...(categories.get(key) ?? []), category])
    }
  }
}

export function windowsServices(channel: string): readonly string[] {
  return services.get(channel.toLowerCase()) ?? []
}

export function windowsCategories(channel: string, eventId: string): readonly string[] {
  return categories.get(`${channel.toLowerCase()} ${eventId}`) ?? []
}

// Names that scanners and attack tools give themselves in User-Agent, and the probe strings that they leave in addresses. Few and precise:
// general clients (curl, wget, python-requests, Go-http-client) are no scanners.

export const toolAgent =
  /\b(?:sqlmap|nikto|nessus|nmap scripting engine|masscan|zgrab|nuclei|wpscan|joomscan|droopescan|dirbuster|dirb\b|gobuster|feroxbuster|ffuf|wfuzz|wfuzz\/|fuzz faster|arachni|acunetix|netsparker|invicti|openvas|greenbone|w3af|whatweb|skipfish|vega\/|zaproxy|owasp[ _-]zap|burp ?(?:suite|collaborator)|appscan|webinspect|qualys|n-stealth|havij|pangolin|absinthe|commix|xsser|xspider|jaeles|httpx - open|katana\b|nikto|metis|brutus|hydra|medusa|paros|webscarab|grabber\b|grendel-scan|cgichk|whisker|libwhisker|datacha0s|morfeus|zmeu|muieblackcat|jorgee|hello, world$|l9(?:explore|tcpid)|leakix|internet-measurement|censysinspect|expanseinc|xfinity-scan|project-resonance|gvfs-scan|sitelockspider|detectify|intruder\.io|probely|dotdotpwn|golismero|wapiti|wvs\/|webshag|uniscan|davtest|cadaver|patator|thc-|0day|exploit|masspwn|scan4all|xray\/|pocsuite|goby\b|fscan|yakit|acunetix-product|\(\) \{)/i

/** Words of the table that stand in the names of honest clients too. */
export const notTool = /urlgrabber|ecairn-grabber|exploit-db|hydra-|medusa ?browser|vega ?browser|burpless/i

export const probeText =
  /acunetix[_-]wvs|acunetix_|\bnessus\b[\w-]*\d|nikto[-_]test|netsparker|w3af\b|sqlmap_|dirbuster|\bHP[_ ]?WebInspect|openvas|\.bxss\.me|\.(?:oast|interact)\.(?:pro|live|site|online|fun|me|sh)\b|\.interactsh\.com|\.burpcollaborator\.net|\.oastify\.com|\.r87\.(?:me|com)|\.dnslog\.cn|\.ceye\.io/i

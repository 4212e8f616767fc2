// A double of wevtapi.dll for tests of the agent: a log in memory to which a thread writes events 4688, with subscriptions in
// pull mode and bookmarks. What is asked for comes by the environment. Built by mingw-w64 with its own winevt.h.

#include <windows.h>
#include <winevt.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#define MOST 65536

typedef enum { SUBSCRIPTION = 1, EVENT, BOOKMARK, CHANNEL } Kind;

typedef struct {
  Kind kind;
  HANDLE signal;
  LONG id;
} Object;

static CRITICAL_SECTION lock;
static FILETIME times[MOST];
static volatile LONG written, openHandles, subscriptions;
static LONG total, skipAfter, skipCount, burst, pauseMs;
static Object *waiting[16];

static LONG number(const char *name, LONG fallback) {
  const char *text = getenv(name);
  return text == NULL ? fallback : atol(text);
}

BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, LPVOID reserved) {
  if (reason != DLL_PROCESS_ATTACH) return TRUE;
  InitializeCriticalSection(&lock);
  total = number("DOUBLE_EVENTS", 100);
  burst = number("DOUBLE_BURST", 20);
  pauseMs = number("DOUBLE_PAUSE_MS", 20);
  skipAfter = number("DOUBLE_SKIP_AFTER", 0);
  skipCount = number("DOUBLE_SKIP_COUNT", 0);
  return TRUE;
}

static DWORD WINAPI writer(void *nothing) {
  while (written < total && written < MOST - 1) {
    for (LONG i = 0; i < burst && written < total; i++) {
      GetSystemTimePreciseAsFileTime(&times[written + 1]);
      InterlockedIncrement(&written);
    }
    EnterCriticalSection(&lock);
    for (int i = 0; i < 16; i++)
      if (waiting[i] != NULL) SetEvent(waiting[i]->signal);
    LeaveCriticalSection(&lock);
    Sleep(pauseMs);
  }
  return 0;
}

static Object *object(Kind kind) {
  Object *made = calloc(1, sizeof *made);
  made->kind = kind;
  InterlockedIncrement(&openHandles);
  return made;
}

/** Numbers of records have a hole where it was asked for. */
static LONG recordId(LONG id) {
  return skipAfter > 0 && id > skipAfter ? id + skipCount : id;
}

static LONG idOfRecord(LONG record) {
  return skipAfter > 0 && record > skipAfter ? record - skipCount : record;
}

__declspec(dllexport) LONG WINAPI DoubleOpenHandles(void) {
  return openHandles;
}

__declspec(dllexport) EVT_HANDLE WINAPI EvtSubscribe(EVT_HANDLE session, HANDLE signal, LPCWSTR channel, LPCWSTR query,
                                                     EVT_HANDLE bookmark, PVOID context,
                                                     EVT_SUBSCRIBE_CALLBACK callback, DWORD flags) {
  if (channel == NULL || wcscmp(channel, L"Security") != 0) {
    SetLastError(15007);
    return NULL;
  }
  if (callback != NULL || signal == NULL) {
    SetLastError(ERROR_INVALID_PARAMETER);
    return NULL;
  }
  Object *made = object(SUBSCRIPTION);
  made->signal = signal;
  if (flags == EvtSubscribeToFutureEvents) made->id = written;
  if (flags == EvtSubscribeStartAfterBookmark) made->id = ((Object *)bookmark)->id;
  EnterCriticalSection(&lock);
  for (int i = 0; i < 16; i++)
    if (waiting[i] == NULL) {
      waiting[i] = made;
      break;
    }
  LeaveCriticalSection(&lock);
  if (InterlockedIncrement(&subscriptions) == 1) CloseHandle(CreateThread(NULL, 0, writer, NULL, 0, NULL));
  else SetEvent(signal);
  return made;
}

__declspec(dllexport) WINBOOL WINAPI EvtNext(EVT_HANDLE results, DWORD size, EVT_HANDLE *events, DWORD timeout,
                                             DWORD flags, PDWORD returned) {
  Object *from = results;
  *returned = 0;
  while (*returned < size && from->id < written) {
    Object *event = object(EVENT);
    event->id = ++from->id;
    events[(*returned)++] = event;
  }
  if (*returned > 0) return TRUE;
  SetLastError(ERROR_NO_MORE_ITEMS);
  return FALSE;
}

static const wchar_t *images[] = {L"cmd.exe", L"notepad.exe", L"reg.exe", L"sc.exe"};

static int eventText(wchar_t *text, size_t size, LONG id) {
  SYSTEMTIME at;
  FileTimeToSystemTime(&times[id], &at);
  ULONGLONG ticks = ((ULONGLONG)times[id].dwHighDateTime << 32 | times[id].dwLowDateTime) % 10000000;
  return swprintf(
      text, size,
      L"<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
      L"<Provider Name='Microsoft-Windows-Security-Auditing' Guid='{54849625-5478-4994-a5ba-3e3b0328c30d}'/>"
      L"<EventID>4688</EventID><Version>2</Version><Level>0</Level><Task>13312</Task><Opcode>0</Opcode>"
      L"<Keywords>0x8020000000000000</Keywords>"
      L"<TimeCreated SystemTime='%04d-%02d-%02dT%02d:%02d:%02d.%07dZ'/><EventRecordID>%d</EventRecordID>"
      L"<Correlation/><Execution ProcessID='4' ThreadID='8'/><Channel>Security</Channel>"
      L"<Computer>DOUBLE</Computer><Security/></System><EventData>"
      L"<Data Name='SubjectUserSid'>S-1-5-21-1-2-3-1001</Data><Data Name='SubjectUserName'>kim</Data>"
      L"<Data Name='SubjectDomainName'>DOUBLE</Data><Data Name='SubjectLogonId'>0x1234</Data>"
      L"<Data Name='NewProcessId'>0x%x</Data><Data Name='NewProcessName'>C:\\windows\\system32\\%ls</Data>"
      L"<Data Name='TokenElevationType'>%%%%1936</Data><Data Name='ProcessId'>0x%x</Data>"
      L"<Data Name='CommandLine'>%ls /c &quot;echo %d &amp; \xac00\xb098&quot;</Data>"
      L"<Data Name='TargetUserSid'>S-1-0-0</Data><Data Name='TargetUserName'>-</Data>"
      L"<Data Name='TargetDomainName'>-</Data><Data Name='TargetLogonId'>0x0</Data>"
      L"<Data Name='ParentProcessName'>C:\\windows\\system32\\%ls</Data>"
      L"<Data Name='MandatoryLabel'>S-1-16-8192</Data></EventData></Event>",
      at.wYear, at.wMonth, at.wDay, at.wHour, at.wMinute, at.wSecond, (int)ticks, recordId(id), 100000 + id * 4,
      images[id % 4], id == 1 ? 4 : 100000 + (id - 1) * 4, images[id % 4], id, images[(id + 3) % 4]);
}

__declspec(dllexport) WINBOOL WINAPI EvtRender(EVT_HANDLE context, EVT_HANDLE fragment, DWORD flags, DWORD size,
                                               PVOID buffer, PDWORD used, PDWORD properties) {
  Object *of = fragment;
  wchar_t text[4096];
  int length = of->kind == BOOKMARK && flags == EvtRenderBookmark
                   ? swprintf(text, 4096,
                              L"<BookmarkList><Bookmark Channel='Security' RecordId='%d' IsCurrent='true'/></BookmarkList>",
                              recordId(of->id))
                   : eventText(text, 4096, of->id);
  if (length < 0 || (of->kind != BOOKMARK && flags != EvtRenderEventXml)) {
    SetLastError(ERROR_INVALID_PARAMETER);
    return FALSE;
  }
  *used = (length + 1) * sizeof *text;
  *properties = 0;
  if (size < *used) {
    SetLastError(ERROR_INSUFFICIENT_BUFFER);
    return FALSE;
  }
  memcpy(buffer, text, *used);
  return TRUE;
}

__declspec(dllexport) EVT_HANDLE WINAPI EvtCreateBookmark(LPCWSTR xml) {
  Object *made = object(BOOKMARK);
  const wchar_t *at = xml == NULL ? NULL : wcsstr(xml, L"RecordId='");
  if (at != NULL) made->id = idOfRecord(wcstol(at + 10, NULL, 10));
  return made;
}

__declspec(dllexport) WINBOOL WINAPI EvtUpdateBookmark(EVT_HANDLE bookmark, EVT_HANDLE event) {
  ((Object *)bookmark)->id = ((Object *)event)->id;
  return TRUE;
}

__declspec(dllexport) EVT_HANDLE WINAPI EvtOpenChannelConfig(EVT_HANDLE session, LPCWSTR channel, DWORD flags) {
  if (wcscmp(channel, L"Security") == 0) return object(CHANNEL);
  SetLastError(15007);
  return NULL;
}

__declspec(dllexport) WINBOOL WINAPI EvtGetChannelConfigProperty(EVT_HANDLE channel, EVT_CHANNEL_CONFIG_PROPERTY_ID id,
                                                                 DWORD flags, DWORD size, PEVT_VARIANT value,
                                                                 PDWORD used) {
  *used = sizeof *value;
  if (id != EvtChannelConfigEnabled || size < sizeof *value) return FALSE;
  value->BooleanVal = TRUE;
  value->Type = EvtVarTypeBoolean;
  return TRUE;
}

__declspec(dllexport) WINBOOL WINAPI EvtClose(EVT_HANDLE handle) {
  Object *closed = handle;
  EnterCriticalSection(&lock);
  for (int i = 0; i < 16; i++)
    if (waiting[i] == closed) waiting[i] = NULL;
  LeaveCriticalSection(&lock);
  free(closed);
  InterlockedDecrement(&openHandles);
  return TRUE;
}

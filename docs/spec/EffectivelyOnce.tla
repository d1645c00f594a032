--------------------------- MODULE EffectivelyOnce ---------------------------
(***************************************************************************)
(* How one consumer group handles each order once.                         *)
(*                                                                         *)
(* Kafka delivers a record at least once, producers send twice, and        *)
(* processes die between any two steps.  The effect of an order must       *)
(* happen once all the same.  The whole of the answer is one transaction:  *)
(* the subject's row, the effect, the counter and the message that is to   *)
(* leave are written together or not at all, and the subject's row can be  *)
(* inserted by only one.  Everything else in this module is what a process *)
(* does when it does not know how its transaction ended.                   *)
(*                                                                         *)
(* What becomes of a message after its row is in the outbox is told in     *)
(* Outbox.tla.  The two modules meet in the transaction and nowhere else.  *)
(*                                                                         *)
(* One table and one bucket are modelled.  Buckets share no row, and no    *)
(* transaction spans two, so two buckets are two copies of this module.    *)
(***************************************************************************)
EXTENDS Naturals, Sequences, FiniteSets, TLC

CONSTANTS
  Owners,        \* places in which processes live, one life after another
  None,          \* no row, no request
  Past,          \* the attempt of a delivery that has ended
  Logs,          \* what the producer may have written: see "The producer"
  MaxBatch,      \* records in a batch
  MaxLate,       \* requests that have left their sender and are still on the way
  MaxFaults,     \* None: crashes, lost answers and replays never end;
                 \* a number: so many of them, and then peace
  Forgetting,    \* the group keeps key rows, and forgets them
  HostSkips,     \* the host may commit a batch that was never handled
  Floor,         \* the first offset of each partition that is this group's affair
  Mutant         \* "none", or the name of the one rule that is left out

Partitions == {1, 2}

(***************************************************************************)
(* The producer.  A record is what decoding makes of it: the subject, the  *)
(* idempotency key, the fingerprint of its bytes, a quantity for the       *)
(* stock, and whether it is an order at all.                               *)
(*                                                                         *)
(* The log is written before the story begins.  That loses nothing: a      *)
(* batch may end anywhere, so a record that nobody has taken yet is a      *)
(* record that nobody has sent yet.                                        *)
(***************************************************************************)
Order(s, k, f, q) == [subject |-> s, key |-> k, fp |-> f, qty |-> q, poison |-> FALSE]

First       == Order("A", "k1", "f1", 1)   \* an order
OtherKey    == Order("A", "k2", "f1", 1)   \* the same bytes, sent again under another key
KeyReused   == Order("A", "k1", "f2", 2)   \* other bytes under the same key
OrderExists == Order("A", "k2", "f2", 2)   \* another order with the same id
Other       == Order("B", "k1", "f3", 1)   \* another order; its key is A's, and that is no matter
Broken      == [First EXCEPT !.fp = "f0", !.poison = TRUE] \* poison that names the subject A

Resends   == << << First, Other >>,  << OtherKey >> >>
Conflict  == << << First, First >>,  << OrderExists >> >>
Corrected == << << Broken, First >>, << KeyReused >> >>

OtherLogs     == { Resends, Corrected }
AllLogs       == { Resends, Conflict, Corrected }
ResendLogs    == { Resends }
ConflictLogs  == { Conflict }
CorrectedLogs == { Corrected }
ShortLogs     == { << << First >>, << OtherKey >> >>, << << First >>, << OrderExists >> >>,
                   << << First, Other >>, << >> >>,   << << Broken >>, << First >> >> }
LongLogs      == { << << First, Other, KeyReused >>, << OtherKey, Broken >> >> }
BothReasons   == { << << First, KeyReused >>, << OrderExists >> >> }
TwoPartitions == { << << First >>, << OtherKey >> >> }
SamePartition   == { << << First, First >>, << >> >> }
TwoOrders       == { << << First >>, << OrderExists >> >> }
ForgettingLogs  == TwoPartitions \cup SamePartition \cup TwoOrders
GapLogs       == { << << First, Other, OtherKey >>, << >> >> }

FromTheStart  == << 1, 1 >>
FromTheSecond == << 2, 1 >>

VARIABLES
  log,        \* partition -> its records
  logStart,   \* partition -> the first offset the broker still holds
  committed,  \* partition -> the last offset the group has committed
  finished,   \* coordinates noted as finished in table progress
  \* the table
  key,        \* subject -> its row
  effects,    \* subject -> the records whose effect was written, in order
  messages,   \* subject -> how many rows its effect has put into the outbox
  stock,      \* partition -> the counter; its value is also its ETag, since it only grows
  dead,       \* coordinates -> the reason on the dead letter's row, or None
  \* the processes
  pc,         \* owner -> what it is doing
  batch,      \* owner -> coordinates -> what it knows of each record
  request,    \* owner -> the transaction whose answer it awaits
  late,       \* requests that nobody awaits any more and that may still commit
  \* forgetting
  sweeping,   \* the row that a sweep is about to delete, and whether its ETag still holds
  faults

table == << key, effects, messages, stock, dead >>
vars  == << log, logStart, committed, finished, table, pc, batch, request, late, sweeping, faults >>

Coordinates == UNION { { << p, n >> : n \in 1..Len(log[p]) } : p \in Partitions }
Record(c)   == log[c[1]][c[2]]
InTopic(c)  == c[2] >= logStart[c[1]]
Handled(c)  == c[2] <= committed[c[1]]
Subjects    == {"A", "B"}

Reasons  == {"poison", "key-reused", "order-exists"}
Settled  == {"applied", "duplicate", "dead-lettered"}
DeadLetterPlanned(o) == { c \in DOMAIN batch[o] : batch[o][c] \in Reasons }
EffectPlanned(o)     == { c \in DOMAIN batch[o] : batch[o][c] \in {"unknown", "submitted"} }

RECURSIVE Sum(_)
Sum(S) == IF S = {} THEN 0
          ELSE LET c == CHOOSE x \in S : TRUE IN Record(c).qty + Sum(S \ {c})

Earliest(S) == CHOOSE c \in S : \A d \in S : c[1] < d[1] \/ (c[1] = d[1] /\ c[2] <= d[2])

(* A fault is free where faults never end, and one fewer where they do. *)
Fault == IF MaxFaults = None THEN UNCHANGED faults
         ELSE faults < MaxFaults /\ faults' = faults + 1

(***************************************************************************)
(* A request is an entity group transaction.  `parts` is what it writes    *)
(* for an order: all of it, unless a mutant has cut it in two.             *)
(***************************************************************************)
Whole  == {"key", "effect", "message"}
Halves == CASE Mutant = "EffectBeforeKey"     -> << {"effect", "message"}, {"key"} >>
            [] Mutant = "EventSplit"          -> << {"key", "effect"}, {"message"} >>
            [] Mutant = "MessageBeforeEffect" -> << {"message"}, {"key", "effect"} >>
            [] OTHER                          -> << Whole >>

Request(o, S, half) ==
  LET orders  == S \cap EffectPlanned(o)
      letters == S \cap DeadLetterPlanned(o)
      counted == IF Mutant = "CountersNotSummedAnew"
                 THEN orders \cup { c \in DOMAIN batch[o] : batch[o][c] = "duplicate" }
                 ELSE orders
      add     == [p \in Partitions |-> Sum({ c \in counted : c[1] = p })]
  IN [ attempt |-> o,
       orders  |-> orders,
       letters |-> { << c, batch[o][c] >> : c \in letters },
       half    |-> half,
       add     |-> add,
       read    |-> [p \in Partitions |-> IF add[p] > 0 THEN stock[p] ELSE 0] ]

(* Of a request that has failed its sender keeps the records, no more. *)
Failed(r) == [r EXCEPT !.half = 1, !.add = [p \in Partitions |-> 0], !.read = [p \in Partitions |-> 0]]

Parts(r) == Halves[r.half]
OfSubject(r, s) == { c \in r.orders : Record(c).subject = s }

(* Whether the table would take the request: every insert finds no row,   *)
(* every counter still has the ETag that was read.                        *)
Fits(r, k, st, d) ==
  /\ "key" \in Parts(r) => \A c \in r.orders : k[Record(c).subject] = None
  /\ \A l \in r.letters : d[l[1]] = None
  /\ \/ Mutant = "CounterWithoutETag"
     \/ "effect" \notin Parts(r)
     \/ \A p \in Partitions : r.add[p] > 0 => st[p] = r.read[p]

Row(c, attempt) == [ key |-> Record(c).key, fp |-> Record(c).fp, at |-> c, attempt |-> attempt,
                     seen |-> {c}, old |-> FALSE ]

Write(r) ==
  /\ key' = [s \in Subjects |->
       LET mine    == OfSubject(r, s)
           claimed == { l[1] : l \in { x \in r.letters : Record(x[1]).subject = s } }
       IN IF "key" \in Parts(r) /\ mine # {} THEN Row(Earliest(mine), r.attempt)
          ELSE IF Mutant = "DeadLetterClaimsSubject" /\ claimed # {} /\ key[s] = None
               THEN Row(Earliest(claimed), r.attempt)
          ELSE key[s]]
  /\ effects' = [s \in Subjects |->
       IF "effect" \in Parts(r) /\ OfSubject(r, s) # {}
       THEN Append(effects[s], Earliest(OfSubject(r, s))) ELSE effects[s]]
  /\ messages' = [s \in Subjects |->
       IF "message" \in Parts(r) /\ OfSubject(r, s) # {} THEN messages[s] + 1 ELSE messages[s]]
  /\ stock' = [p \in Partitions |->
       IF "effect" \in Parts(r) /\ r.add[p] > 0 THEN r.read[p] + r.add[p] ELSE stock[p]]
  /\ dead' = [c \in DOMAIN dead |->
       IF \E l \in r.letters : l[1] = c THEN (CHOOSE l \in r.letters : l[1] = c)[2] ELSE dead[c]]

(* Rows are only inserted and counters only grow, so a request that does  *)
(* not fit will never fit, and need not be remembered: unless rows are    *)
(* forgotten.                                                             *)
Hopeful(R) == IF Forgetting THEN R ELSE { r \in R : Fits(r, key', stock', dead') }

(* A request that its sender gives up is on the way still; it commits     *)
(* later, or never.  Where there are too many to follow, one is lost.     *)
GiveUp(r, others) ==
  IF Cardinality(others) < MaxLate THEN late' = others \cup Hopeful({r})
  ELSE \E lost \in others \cup {r} : late' = (others \ {lost}) \cup Hopeful({r} \ {lost})

-----------------------------------------------------------------------------
(***************************************************************************)
(* A batch is taken, from anywhere up to the first record that is not      *)
(* committed: a restart, a rebalance, an offset that was never committed   *)
(* or has expired all read again what was read before.  Two owners may     *)
(* hold the same records at once.                                          *)
(***************************************************************************)
Max(a, b) == IF a > b THEN a ELSE b
Earlier(p) == Max(logStart[p], Floor[p])

Slices(p, from) == { {} } \cup { { << p, n >> : n \in from..to } : to \in from..Len(log[p]) }

Hold(o, S) ==
  /\ S # {} /\ Cardinality(S) <= MaxBatch
  /\ batch' = [batch EXCEPT ![o] =
       [c \in S |-> IF Record(c).poison THEN "poison" ELSE "unknown"]]
  /\ pc' = [pc EXCEPT ![o] = "planning"]
  /\ UNCHANGED << log, logStart, committed, finished, table, request, late, sweeping >>

TakeNext(o) ==
  /\ pc[o] = "idle"
  /\ \E S1 \in Slices(1, committed[1] + 1), S2 \in Slices(2, committed[2] + 1) : Hold(o, S1 \cup S2)
  /\ UNCHANGED faults

TakeAgain(o) ==
  /\ pc[o] = "idle"
  /\ \E f1 \in Earlier(1)..committed[1] + 1, f2 \in Earlier(2)..committed[2] + 1 :
       /\ << f1, f2 >> # << committed[1] + 1, committed[2] + 1 >>
       /\ \E S1 \in Slices(1, f1), S2 \in Slices(2, f2) : Hold(o, S1 \cup S2)
  /\ Fault

(* The audit reads, below the committed offset and never below the floor, *)
(* what was never noted as finished, and hands it to the same processor.  *)
Unfinished ==
  { c \in Coordinates : Handled(c) /\ c \notin finished /\ InTopic(c)
                        /\ (c[2] >= Floor[c[1]] \/ Mutant = "AuditWithoutFloor") }

Audit(o) ==
  /\ HostSkips /\ Mutant # "NoAudit"
  /\ pc[o] = "idle"
  /\ \E S \in SUBSET Unfinished : Hold(o, S)
  /\ UNCHANGED faults

-----------------------------------------------------------------------------
(***************************************************************************)
(* Insert first, ask later: a transaction is submitted without a read.  It *)
(* may carry any of the records that are not settled, for a batch is split *)
(* by rows and by bytes; but at most one record of a subject, and in the   *)
(* partition's order.  The later ones wait until the first is settled.     *)
(***************************************************************************)
MayGo(o, S) ==
  \/ Mutant = "TwoOfASubject"
  \/ \A c \in S \cap EffectPlanned(o) :
       \A d \in EffectPlanned(o) \ {c} :
         Record(d).subject = Record(c).subject => d \notin S /\ (d[1] = c[1] => c[2] < d[2])

Submit(o) ==
  /\ pc[o] = "planning"
  /\ \E S \in SUBSET (EffectPlanned(o) \cup DeadLetterPlanned(o)) :
       /\ S # {}
       /\ MayGo(o, S)
       /\ request' = [request EXCEPT ![o] = Request(o, S, 1)]
  /\ pc' = [pc EXCEPT ![o] = "waiting"]
  /\ UNCHANGED << log, logStart, committed, finished, table, batch, late, sweeping, faults >>

Learn(o, verdicts) ==
  batch' = [batch EXCEPT ![o] = [c \in DOMAIN @ |-> IF c \in DOMAIN verdicts THEN verdicts[c] ELSE @[c]]]

Touched(r) == r.orders \cup { l[1] : l \in r.letters }

(* The table takes the request, and the owner hears of it. *)
Succeed(o) ==
  /\ pc[o] = "waiting"
  /\ LET r == request[o] IN
     /\ Fits(r, key, stock, dead)
     /\ Write(r)
     /\ late' = Hopeful(late)
     /\ IF r.half < Len(Halves)
        THEN /\ request' = [request EXCEPT ![o].half = 2]
             /\ UNCHANGED << pc, batch >>
        ELSE /\ request' = [request EXCEPT ![o] = None]
             /\ pc' = [pc EXCEPT ![o] = "planning"]
             /\ Learn(o, [c \in Touched(r) |->
                  IF c \in r.orders THEN "applied" ELSE "dead-lettered"])
  /\ UNCHANGED << log, logStart, committed, finished, sweeping, faults >>

(* The table takes it and the answer is lost on the way.  The SDK sends   *)
(* the same request again by itself, and the owner will hear 409: of its  *)
(* own row.                                                               *)
LoseAnswer(o) ==
  /\ pc[o] = "waiting"
  /\ Fits(request[o], key, stock, dead)
  /\ Write(request[o])
  /\ late' = Hopeful(late)
  /\ Fault
  /\ UNCHANGED << log, logStart, committed, finished, pc, batch, request, sweeping >>

(* No answer in time, 503, retries used up: nothing is known, and the     *)
(* request may commit at any later moment.                                *)
TimeOut(o) ==
  /\ pc[o] = "waiting"
  /\ UNCHANGED table
  /\ GiveUp(request[o], late)
  /\ pc' = [pc EXCEPT ![o] = "asking"]
  /\ request' = [request EXCEPT ![o] = Failed(@)]
  /\ Fault
  /\ UNCHANGED << log, logStart, committed, finished, batch, sweeping >>

(* And so it does. *)
CommitLate ==
  /\ \E r \in late :
       /\ Fits(r, key, stock, dead)
       /\ Write(r)
       /\ late' = Hopeful(late \ {r})
  /\ UNCHANGED << log, logStart, committed, finished, pc, batch, request, sweeping, faults >>

-----------------------------------------------------------------------------
(***************************************************************************)
(* Whatever was not a plain success is settled by reading the rows back.   *)
(* The row with this delivery's attempt and these coordinates is mine.     *)
(* Another's row decides by its key and its fingerprint.  No row, and the  *)
(* record goes into the next transaction, whose counters are read anew.    *)
(* That it was submitted before is not forgotten.                          *)
(***************************************************************************)
Judged(c, row) ==
  CASE row.fp = Record(c).fp   -> "duplicate"
    [] row.key = Record(c).key -> "key-reused"
    [] OTHER                   -> "order-exists"

(* A group that forgets notes the sighting before it gives the verdict. *)
Verdict(o, c) ==
  LET row == key[Record(c).subject] IN
  IF batch[o][c] \in Reasons
  THEN IF dead[c] = None THEN batch[o][c] ELSE "dead-lettered"
  ELSE CASE row = None -> "submitted"
         [] row # None /\ row.at = c
              /\ (row.attempt = o \/ Mutant = "MineByCoordinates") -> "applied"
         [] OTHER -> IF Forgetting THEN "sighted" ELSE Judged(c, row)

ReadBack(o) ==
  /\ Learn(o, [c \in Touched(request[o]) |-> Verdict(o, c)])
  /\ request' = [request EXCEPT ![o] = None]
  /\ pc' = [pc EXCEPT ![o] = "planning"]

(* After 409 or 412: a row is there already, or a counter has moved. *)
Refuse(o) ==
  /\ pc[o] = "waiting"
  /\ ~Fits(request[o], key, stock, dead)
  /\ IF Mutant = "ConflictIsDuplicate"
     THEN /\ Learn(o, [c \in Touched(request[o]) |-> "duplicate"])
          /\ pc' = [pc EXCEPT ![o] = "planning"]
          /\ request' = [request EXCEPT ![o] = None]
     ELSE ReadBack(o)
  /\ UNCHANGED << log, logStart, committed, finished, table, late, sweeping, faults >>

(* After a time-out, at any later moment. *)
Ask(o) ==
  /\ pc[o] = "asking"
  /\ ReadBack(o)
  /\ UNCHANGED << log, logStart, committed, finished, table, late, sweeping, faults >>

(***************************************************************************)
(* What a process has seen committed it remembers, with key and            *)
(* fingerprint, and gives every verdict that the row itself would give.    *)
(* Any committed row may be one it has seen.  A record that was submitted  *)
(* before is not judged by memory: the row may be its own.  A group that   *)
(* forgets rows remembers nothing.                                         *)
(***************************************************************************)
Remembered(c, row) ==
  CASE Mutant = "RememberedWithoutFingerprint" /\ row.key = Record(c).key -> "duplicate"
    [] Mutant = "RememberedWithoutKey" /\ row.fp # Record(c).fp          -> "order-exists"
    [] OTHER                                                             -> Judged(c, row)

Recall(o) ==
  /\ pc[o] = "planning"
  /\ ~Forgetting \/ Mutant = "RememberedThoughForgotten"
  /\ \E c \in EffectPlanned(o) :
       LET row == key[Record(c).subject] IN
       /\ batch[o][c] = "unknown" \/ Mutant = "OwnLateCommitJudgedByMemory"
       /\ row # None
       /\ Learn(o, [x \in {c} |-> Remembered(c, row)])
  /\ UNCHANGED << log, logStart, committed, finished, table, pc, request, late, sweeping, faults >>

(* The mutant that judges a record by another one of its batch. *)
JudgeWithinBatch(o) ==
  /\ Mutant = "VerdictWithinBatch"
  /\ pc[o] = "planning"
  /\ \E c, d \in EffectPlanned(o) :
       /\ d # c /\ Earliest({c, d}) = d
       /\ Record(d).subject = Record(c).subject
       /\ Learn(o, [x \in {c} |-> Judged(c, Record(d))])
  /\ UNCHANGED << log, logStart, committed, finished, table, pc, request, late, sweeping, faults >>

(***************************************************************************)
(* Success only when every record is applied, a duplicate, or has its dead *)
(* letter's row.  Then, and not before, the host commits the offsets.      *)
(***************************************************************************)
Forget(o) == [s \in Subjects |->
  IF key[s] # None /\ key[s].attempt = o THEN [key[s] EXCEPT !.attempt = Past] ELSE key[s]]

PastOf(o, r) == IF r.attempt = o THEN [r EXCEPT !.attempt = Past] ELSE r

(* The delivery is over; its attempt will never be compared again. *)
EndDelivery(o) ==
  /\ pc'      = [pc EXCEPT ![o] = "idle"]
  /\ batch'   = [batch EXCEPT ![o] = << >>]
  /\ request' = [request EXCEPT ![o] = None]
  /\ key'     = Forget(o)
  /\ UNCHANGED << effects, messages, stock, dead >>

Return(o) ==
  /\ pc[o] = "planning"
  /\ \A c \in DOMAIN batch[o] :
       \/ batch[o][c] \in Settled
       \/ Mutant = "SuccessBeforeDeadLetter" /\ batch[o][c] \in Reasons
  /\ EndDelivery(o)
  /\ late' = { PastOf(o, r) : r \in late }
  /\ committed' = [p \in Partitions |->
       LET mine == { c[2] : c \in { x \in DOMAIN batch[o] : x[1] = p } }
       IN IF mine = {} THEN committed[p]
          ELSE Max(committed[p], CHOOSE n \in mine : \A m \in mine : m <= n)]
  /\ IF HostSkips
     THEN \/ finished' = finished \cup DOMAIN batch[o] /\ UNCHANGED faults
          \/ finished' = finished /\ Fault         \* noted lazily: a crash loses the note
     ELSE UNCHANGED << finished, faults >>
  /\ UNCHANGED << log, logStart, sweeping >>

(* A process dies, or its deadline passes and it throws.  Its request     *)
(* does not die with it.                                                  *)
Crash(o) ==
  /\ pc[o] # "idle"
  /\ EndDelivery(o)
  /\ LET others == { PastOf(o, r) : r \in late } IN
     IF pc[o] = "waiting" THEN GiveUp(PastOf(o, request[o]), others) ELSE late' = others
  /\ Fault
  /\ UNCHANGED << log, logStart, committed, finished, sweeping >>

(* The host goes on without telling anybody. *)
Skip(p) ==
  /\ HostSkips
  /\ committed[p] < Len(log[p])
  /\ committed' = [committed EXCEPT ![p] = @ + 1]
  /\ Fault
  /\ UNCHANGED << log, logStart, finished, table, pc, batch, request, late, sweeping >>

-----------------------------------------------------------------------------
(***************************************************************************)
(* Forgetting.  A row may go when it is older than Retention and no record *)
(* that it has settled can be read again.                                  *)
(***************************************************************************)
Held(s) ==
  \/ \E o \in Owners : \E c \in DOMAIN batch[o] : Record(c).subject = s
  \/ \E r \in late : OfSubject(r, s) # {}

(* A group that forgets writes every sighting into the row: the           *)
(* coordinates, and that it is young again.  Only then is the verdict     *)
(* given.  A row that has gone meanwhile decides nothing.                 *)
Sight(o) ==
  /\ pc[o] = "planning"
  /\ \E c \in DOMAIN batch[o] :
       /\ batch[o][c] = "sighted"
       /\ LET s == Record(c).subject IN
          IF key[s] = None
          THEN /\ Learn(o, [x \in {c} |-> "unknown"])
               /\ UNCHANGED << key, sweeping >>
          ELSE /\ Learn(o, [x \in {c} |-> Judged(c, key[s])])
               /\ key' = IF Mutant = "SightingsNotNoted"
                            \/ (Mutant = "ConflictsNotNoted" /\ Judged(c, key[s]) # "duplicate")
                         THEN key
                         ELSE [key EXCEPT ![s].old = FALSE,
                                          ![s].seen = IF Mutant = "TimeAloneProlonged" THEN @ ELSE @ \cup {c}]
               /\ sweeping' = IF sweeping # None /\ sweeping.subject = s /\ key' # key
                              THEN [sweeping EXCEPT !.fresh = FALSE] ELSE sweeping
  /\ UNCHANGED << log, logStart, committed, finished, effects, messages, stock, dead, pc, request, late, faults >>

(* The broker drops the oldest record, once the group has handled it. *)
DropOldest(p) ==
  /\ Forgetting
  /\ logStart[p] <= committed[p]
  /\ logStart' = [logStart EXCEPT ![p] = @ + 1]
  /\ UNCHANGED << log, committed, finished, table, pc, batch, request, late, sweeping, faults >>

(* Retention passes over a row.  That takes days: no delivery and no      *)
(* request lives so long, and a resend that the group shall recognize     *)
(* comes sooner.                                                          *)
Age(s) ==
  /\ Forgetting
  /\ key[s] # None /\ ~key[s].old
  /\ ~Held(s)
  /\ \A c \in Coordinates : Record(c).subject = s => Handled(c) \/ Mutant = "RetentionIgnored"
  /\ key' = [key EXCEPT ![s].old = TRUE]
  /\ sweeping' = IF sweeping # None /\ sweeping.subject = s THEN None ELSE sweeping
  /\ UNCHANGED << log, logStart, committed, finished, effects, messages, stock, dead, pc, batch, request, late, faults >>

(* "Lies below the log's start" is judged by a log start that the sweep   *)
(* saw one round ago, and a round is longer than any delivery: so nobody  *)
(* still holds the record.                                                *)
Forgettable(s) ==
  /\ key[s] # None
  /\ key[s].old
  /\ Mutant = "ForgottenWhileInTopic" \/ \A c \in key[s].seen : ~InTopic(c)
  /\ Mutant = "LogStartOfThisMoment" \/ ~Held(s)

SweepReads(s) ==
  /\ Forgetting
  /\ sweeping = None
  /\ Forgettable(s)
  /\ sweeping' = [subject |-> s, fresh |-> TRUE]
  /\ UNCHANGED << log, logStart, committed, finished, table, pc, batch, request, late, faults >>

SweepDeletes ==
  /\ sweeping # None
  /\ key' = IF sweeping.fresh THEN [key EXCEPT ![sweeping.subject] = None] ELSE key
  /\ sweeping' = None
  /\ UNCHANGED << log, logStart, committed, finished, effects, messages, stock, dead, pc, batch, request, late, faults >>

-----------------------------------------------------------------------------
Init ==
  /\ log \in Logs
  /\ logStart = [p \in Partitions |-> 1]
  /\ committed = [p \in Partitions |-> Floor[p] - 1]
  /\ finished = {}
  /\ key = [s \in Subjects |-> None]
  /\ effects = [s \in Subjects |-> << >>]
  /\ messages = [s \in Subjects |-> 0]
  /\ stock = [p \in Partitions |-> 0]
  /\ dead = [c \in Coordinates |-> None]
  /\ pc = [o \in Owners |-> "idle"]
  /\ batch = [o \in Owners |-> << >>]
  /\ request = [o \in Owners |-> None]
  /\ late = {}
  /\ sweeping = None
  /\ faults = 0

Progress(o) ==
  \/ TakeNext(o) \/ Audit(o) \/ Submit(o) \/ Succeed(o) \/ Refuse(o) \/ Ask(o)
  \/ Recall(o) \/ Sight(o) \/ Return(o)

Next ==
  \/ \E o \in Owners : Progress(o)
  \/ \E o \in Owners : TakeAgain(o) \/ LoseAnswer(o) \/ TimeOut(o) \/ Crash(o) \/ JudgeWithinBatch(o)
  \/ CommitLate
  \/ \E p \in Partitions : Skip(p) \/ DropOldest(p)
  \/ \E s \in Subjects : Age(s) \/ SweepReads(s)
  \/ SweepDeletes

Spec     == Init /\ [][Next]_vars
FairSpec == Spec /\ \A o \in Owners : WF_vars(Progress(o))

Symmetry == Permutations(Owners)

-----------------------------------------------------------------------------
(***************************************************************************)
(* The promises.                                                           *)
(***************************************************************************)
OneEffect == \A s \in Subjects : Len(effects[s]) <= 1

EffectIffKey ==
  ~Forgetting => \A s \in Subjects :
    /\ (key[s] # None) <=> (effects[s] # << >>)
    /\ key[s] # None => key[s].at = effects[s][1]

RECURSIVE Reserved(_, _)
Reserved(p, S) ==
  IF S = {} THEN 0
  ELSE LET s == CHOOSE x \in S : TRUE
           mine == SelectSeq(effects[s], LAMBDA c : c[1] = p)
       IN (IF mine = << >> THEN 0 ELSE Len(mine) * Record(mine[1]).qty) + Reserved(p, S \ {s})
StockIsTheSumOfReservations == \A p \in Partitions : stock[p] = Reserved(p, Subjects)

NoMessageWithoutEffect == \A s \in Subjects : messages[s] <= Len(effects[s])

(* A record is settled for good when its effect is there with its         *)
(* message, or its dead letter is.                                        *)
IsSettled(c) ==
  \/ dead[c] # None
  \/ /\ ~Record(c).poison
     /\ messages[Record(c).subject] > 0
     /\ \E i \in DOMAIN effects[Record(c).subject] :
          Record(effects[Record(c).subject][i]).fp = Record(c).fp

(* What is committed is settled: nothing is lost, nothing dropped in      *)
(* silence.  Where the host skips, what is noted as finished is.          *)
NothingLost ==
  /\ ~HostSkips => \A c \in Coordinates : Handled(c) => IsSettled(c)
  /\ \A c \in finished : IsSettled(c)

(* A dead letter says why, and what it says is so. *)
DeadLettersAreJust ==
  \A c \in Coordinates :
    dead[c] # None =>
      IF Record(c).poison THEN dead[c] = "poison"
      ELSE LET s == Record(c).subject IN
           /\ effects[s] # << >>
           /\ LET first == Record(effects[s][1]) IN
              /\ first.fp # Record(c).fp
              /\ dead[c] = (IF first.key = Record(c).key THEN "key-reused" ELSE "order-exists")

(* One record is counted as applied by one delivery. *)
CountedOnce ==
  \A o1, o2 \in Owners : \A c \in DOMAIN batch[o1] \cap DOMAIN batch[o2] :
    o1 # o2 => ~(batch[o1][c] = "applied" /\ batch[o2][c] = "applied")

(* A delivery never takes its own effect for another's. *)
OwnIsNoDuplicate ==
  \A o \in Owners : \A c \in DOMAIN batch[o] : \A s \in Subjects :
    batch[o][c] = "duplicate" /\ key[s] # None /\ key[s].at = c => key[s].attempt # o

NothingBelowTheFloor ==
  \A s \in Subjects : \A i \in DOMAIN effects[s] : effects[s][i][2] >= Floor[effects[s][i][1]]

EveryRecordEndsHandled ==
  <>[](\A c \in Coordinates : c[2] >= Floor[c[1]] => Handled(c) /\ IsSettled(c))

-----------------------------------------------------------------------------
(***************************************************************************)
(* What must be reachable, stated as if it were not: TLC has to object.    *)
(***************************************************************************)
NeverTwoOwnersAtOnce ==
  ~ \E o1, o2 \in Owners : o1 # o2 /\ pc[o1] = "waiting" /\ pc[o2] = "waiting"
                           /\ request[o1].orders \cap request[o2].orders # {}
NeverMineAfterAll ==
  ~ \E o \in Owners : pc[o] \in {"waiting", "asking"} /\ \E c \in request[o].orders :
       key[Record(c).subject] # None /\ key[Record(c).subject].attempt = o
NeverOvertakenByItself ==
  ~ \E o \in Owners, r \in late : pc[o] = "waiting" /\ r.attempt = o /\ r.orders \cap request[o].orders # {}
NeverCommittedAfterDeath ==
  ~ \E s \in Subjects : key[s] # None /\ key[s].attempt = Past /\ ~Handled(key[s].at)
NeverBothReasons ==
  ~ \E c, d \in Coordinates : dead[c] = "key-reused" /\ dead[d] = "order-exists"
NeverForgotten == ~ \E s \in Subjects : effects[s] # << >> /\ key[s] = None
NeverAGap == \A c \in Coordinates : Handled(c) /\ c[2] >= Floor[c[1]] => IsSettled(c)
NeverHealed == ~ \E c \in Coordinates : Handled(c) /\ c \in finished
=============================================================================

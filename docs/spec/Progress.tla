------------------------------ MODULE Progress -------------------------------
(***************************************************************************)
(* What is kept about offsets, and how it stays true.                      *)
(*                                                                         *)
(* Three things are kept by partition and offset.  Table progress holds    *)
(* where the group begins in a partition, its floor, and what it has       *)
(* finished above that; the gap audit handles what the host has skipped.   *)
(* A dead letter's row is named by its record's coordinates.  And the      *)
(* sweep that forgets dead letters notes where the log began.              *)
(*                                                                         *)
(* Offsets are true of one topic only.  It may grow by a partition, and it *)
(* may be removed and made anew under its name: then other records stand   *)
(* at the same coordinates.  So all that is kept carries the topic's id.   *)
(*                                                                         *)
(* How a record is handled once is told in EffectivelyOnce.tla; here it is *)
(* handled in one step.  Every record is poison here: what is left of it   *)
(* is its dead letter, which is the one row that hangs on coordinates.     *)
(***************************************************************************)
EXTENDS Naturals, Sequences, FiniteSets, TLC

CONSTANTS
  Owners,      \* processes
  None,        \* no row, no note
  Length,      \* topic id -> partition -> how many records it ends with
  Begin,       \* the first offset that is the group's affair in partition 1 of the first topic
  GrowsLater,  \* partition 2 of the first topic comes after the group has begun
  Forgetting,  \* the broker drops old records, and dead letters' rows are forgotten
  InQueue,     \* batches that an owner may have before it, that in hand included
  MaxFaults,   \* batches skipped, notes lost
  Mutant       \* "none", or the name of the one rule that is left out

Topics     == DOMAIN Length
Partitions == DOMAIN Length[1]
Records    == UNION { { << t, p, n >> : n \in 1..Length[t][p] } : t \in Topics, p \in Partitions }
Place(c)   == << c[2], c[3] >>
Places     == { Place(c) : c \in Records }

OneTopic  == << << 2, 1 >> >>
Longer    == << << 3, 2 >> >>
Short     == << << 1 >>, << 1 >> >>
TwoTopics == << << 2 >>, << 2 >> >>

VARIABLES
  topic,      \* the id of the topic that has the name now
  there,      \* the partitions it has now
  logStart,   \* partition -> the first offset the broker still holds
  committed,  \* partition -> the last offset the group has committed; None where it has not
  progress,   \* partition -> its row in table progress
  queue,      \* owner -> the batches that were read for it, the first is in hand
  known,      \* owner -> partition -> the floor and the topic it knows of
  distrust,   \* owner -> it has learned that the topic was made anew, as long as a delivery may last ago
  unwritten,  \* owner -> what it has finished and not noted yet: coordinates with the topic's id
  handled,    \* records
  dead,       \* place -> the record whose dead letter's row stands there
  letters,    \* record -> dead letters sent for it, since its row was last replaced
  sent,       \* records that a dead letter was sent for
  starts,     \* where the log began when the sweep last looked
  faults

vars == << topic, there, logStart, committed, progress, queue, known, distrust, unwritten,
           handled, dead, letters, sent, starts, faults >>

Fault == faults < MaxFaults /\ faults' = faults + 1

Max(a, b) == IF a > b THEN a ELSE b
InTopic(c) == c[1] = topic /\ c[2] \in there /\ c[3] >= logStart[c[2]]

(* The first offset that is the group's affair. *)
First(t, p) == IF t = 1 /\ p = 1 THEN Begin ELSE 1

Next1(p) == IF committed[p] = None THEN logStart[p] ELSE Max(committed[p] + 1, logStart[p])

-----------------------------------------------------------------------------
(***************************************************************************)
(* A process asks for the floors when it starts, before anything is read   *)
(* for it.  The host reads ahead.  It may commit a batch that was never handled:    *)
(* where no partition has a floor yet, nobody can tell, and nothing is     *)
(* promised.                                                               *)
(***************************************************************************)
Queued(p) == { n \in 1..9 : \E o \in Owners, i \in 1..InQueue :
                 i <= Len(queue[o]) /\ queue[o][i].record = << topic, p, n >> }

Fetch(o, p) ==
  /\ p \in there /\ Len(queue[o]) < InQueue
  /\ \E q \in there : known[o][q] # None
  /\ \E n \in Next1(p)..Length[topic][p] :
       /\ n \notin Queued(p)
       /\ \A m \in Next1(p)..n - 1 : m \in Queued(p)
       /\ queue' = [queue EXCEPT ![o] = Append(@, [record |-> << topic, p, n >>, of |-> None])]
  /\ UNCHANGED << topic, there, logStart, committed, progress, known, distrust, unwritten, handled, dead, letters, sent, starts, faults >>

Commit(c) ==
  committed' = IF c[1] = topic THEN [committed EXCEPT ![c[2]] = IF @ = None THEN c[3] ELSE Max(@, c[3])]
               ELSE committed

Skip(p) ==
  /\ p \in there
  /\ \E q \in there : progress[q] # None
  /\ Next1(p) <= Length[topic][p]
  /\ Next1(p) \notin Queued(p)
  /\ Commit(<< topic, p, Next1(p) >>)
  /\ Fault
  /\ UNCHANGED << topic, there, logStart, progress, queue, known, distrust, unwritten, handled, dead, letters, sent, starts >>

-----------------------------------------------------------------------------
(***************************************************************************)
(* The floors.  A partition gets its floor before its first batch is       *)
(* handled: what the group has committed, else where the log begins.  One  *)
(* that comes after the others have theirs begins at the log's start: what *)
(* is committed there may lie behind a batch that was skipped.  A row of   *)
(* another topic is begun anew.                                            *)
(***************************************************************************)
Row(t, floor) == [topic |-> t, floor |-> floor, finished |-> {}]

Floored(p) ==
  LET rows    == { q \in there : progress[q] # None }
      later   == rows # {} /\ \A q \in rows : q < p
  IN CASE progress[p] = None
            -> Row(topic, IF later /\ Mutant # "GrownFromItsCommit" THEN logStart[p] ELSE Next1(p))
       [] progress[p].topic # topic -> Row(topic, logStart[p])
       [] OTHER -> progress[p]

EnsureFloors(o) ==
  /\ progress' = [p \in Partitions |-> IF p \in there THEN Floored(p) ELSE progress[p]]
  /\ known' = [known EXCEPT ![o] =
       [p \in Partitions |-> IF p \in there THEN progress'[p].topic ELSE @[p]]]
  /\ distrust' = [distrust EXCEPT ![o] =
       \/ @
       \/ \E p \in there : progress[p] # None /\ progress[p].topic # topic
       \/ \E p \in there : known[o][p] # None /\ known[o][p] # progress'[p].topic]

(* Another process asks, and sees first what there is to see. *)
AnotherAsks ==
  /\ progress' = [p \in Partitions |-> IF p \in there THEN Floored(p) ELSE progress[p]]
  /\ progress' # progress
  /\ UNCHANGED << topic, there, logStart, committed, queue, known, distrust, unwritten, handled, dead, letters, sent, starts, faults >>

(* The batch in hand learns which topic it is about, as far as is known.  *)
InHand(o) == queue[o] # << >> /\ Head(queue[o]).of = None

BeginBatch(o) ==
  /\ InHand(o)
  /\ LET p == Head(queue[o]).record[2] IN
     IF known[o][p] = None
     THEN /\ EnsureFloors(o)
          /\ UNCHANGED queue
     ELSE /\ queue' = [queue EXCEPT ![o][1].of = known[o][p]]
          /\ UNCHANGED << progress, known, distrust >>
  /\ UNCHANGED << topic, there, logStart, committed, unwritten, handled, dead, letters, sent, starts, faults >>

(***************************************************************************)
(* A record is handled: its dead letter goes out with its row.  Where a    *)
(* row stands at its coordinates, it is its own, and the record a          *)
(* duplicate; or it is another record's, and is replaced.                  *)
(***************************************************************************)
Handle(c) ==
  /\ handled' = handled \cup {c}
  /\ IF dead[Place(c)] = None \/ (dead[Place(c)] # c /\ Mutant # "DeadLetterNotReplaced")
     THEN /\ dead' = [dead EXCEPT ![Place(c)] = c]
          /\ letters' = [d \in Records |->
               IF d = c THEN letters[c] + 1 ELSE IF d = dead[Place(c)] THEN 0 ELSE letters[d]]
          /\ sent' = sent \cup {c}
     ELSE UNCHANGED << dead, letters, sent >>

(* A batch is settled: it is finished, in the topic that was known before *)
(* it was handled, and then committed.  A note may be lost in a crash.     *)
Return(o) ==
  /\ queue[o] # << >> /\ Head(queue[o]).of # None
  /\ LET c == Head(queue[o]).record
         note == << c[2], c[3], Head(queue[o]).of >> IN
     /\ Handle(c)
     /\ Commit(c)
     /\ \/ /\ unwritten' = IF distrust[o] /\ Mutant # "NoDistrust" THEN unwritten
                           ELSE [unwritten EXCEPT ![o] = @ \cup {note}]
           /\ UNCHANGED faults
        \/ /\ unwritten' = unwritten
           /\ Fault
  /\ queue' = [queue EXCEPT ![o] = Tail(@)]
  /\ UNCHANGED << topic, there, logStart, progress, known, distrust, starts >>

(* Notes are written lazily, where they are about the row's own topic.    *)
Flush(o) ==
  /\ \E note \in unwritten[o] :
       LET p == note[1] IN
       /\ unwritten' = [unwritten EXCEPT ![o] = @ \ {note}]
       /\ IF progress[p].topic = note[3] \/ Mutant = "NotesWithoutTopicsId"
          THEN /\ progress' = [progress EXCEPT ![p].finished = @ \cup {note[2]}]
               /\ UNCHANGED << known, distrust >>
          ELSE /\ known' = [known EXCEPT ![o][p] = None]
               /\ distrust' = [distrust EXCEPT ![o] = @ \/ Mutant # "NoDistrustAfterFlush"]
               /\ UNCHANGED progress
  /\ UNCHANGED << topic, there, logStart, committed, queue, handled, dead, letters, sent, starts, faults >>

(* As long as a delivery may last has gone by: what was read of the topic *)
(* before is no longer on its way.                                        *)
TrustAgain(o) ==
  /\ distrust[o]
  /\ \A i \in 1..Len(queue[o]) : queue[o][i].record[1] = topic
  /\ distrust' = [distrust EXCEPT ![o] = FALSE]
  /\ UNCHANGED << topic, there, logStart, committed, progress, queue, known, unwritten, handled, dead, letters, sent, starts, faults >>

(***************************************************************************)
(* The audit asks for the floors, and handles what lies between floor and  *)
(* committed offset and was never finished.                                *)
(***************************************************************************)
Audit(o) ==
  \/ /\ EnsureFloors(o)
     /\ << progress', known', distrust' >> # << progress, known, distrust >>
     /\ UNCHANGED << topic, there, logStart, committed, queue, unwritten, handled, dead, letters, sent, starts, faults >>
  \/ \E p \in there : \E n \in 1..Length[topic][p] :
     /\ progress[p] # None /\ progress[p].topic = topic /\ known[o][p] = topic
     /\ committed[p] # None /\ n <= committed[p]
     /\ (n >= progress[p].floor \/ Mutant = "AuditWithoutFloor")
     /\ n >= logStart[p] /\ n \notin progress[p].finished
     /\ << p, n, topic >> \notin unwritten[o]
     /\ Handle(<< topic, p, n >>)
     /\ unwritten' = [unwritten EXCEPT ![o] = @ \cup {<< p, n, topic >>}]
     /\ UNCHANGED << topic, there, logStart, committed, progress, queue, known, distrust, starts, faults >>

-----------------------------------------------------------------------------
(* The topic grows. *)
Grow ==
  /\ GrowsLater /\ there # Partitions
  /\ there' = Partitions
  /\ UNCHANGED << topic, logStart, committed, progress, queue, known, distrust, unwritten, handled, dead, letters, sent, starts, faults >>

(* The topic is removed and made anew: the group's offsets go with it.    *)
(* What was read of it is still on its way.                               *)
MakeAnew ==
  /\ topic + 1 \in Topics
  /\ topic' = topic + 1
  /\ logStart' = [p \in Partitions |-> 1]
  /\ committed' = [p \in Partitions |-> None]
  /\ UNCHANGED << there, progress, queue, known, distrust, unwritten, handled, dead, letters, sent, starts, faults >>

(* A process dies: what it has before it is read again by another. *)
Crash(o) ==
  /\ queue[o] # << >> \/ unwritten[o] # {}
  /\ queue' = [queue EXCEPT ![o] = << >>]
  /\ known' = [known EXCEPT ![o] = [p \in Partitions |-> None]]
  /\ distrust' = [distrust EXCEPT ![o] = FALSE]
  /\ unwritten' = [unwritten EXCEPT ![o] = {}]
  /\ Fault
  /\ UNCHANGED << topic, there, logStart, committed, progress, handled, dead, letters, sent, starts >>

(***************************************************************************)
(* Forgetting dead letters.  The broker drops what was handled; the sweep  *)
(* looks where the log begins, and goes by what it saw a round before.  It *)
(* notes the topic's id first: a topic made anew between the two questions *)
(* has its starts noted under the old id, which then is never used.        *)
(***************************************************************************)
DropOldest(p) ==
  /\ Forgetting
  /\ p \in there /\ committed[p] # None /\ logStart[p] <= committed[p]
  /\ << topic, p, logStart[p] >> \in handled
  /\ logStart' = [logStart EXCEPT ![p] = @ + 1]
  /\ UNCHANGED << topic, there, committed, progress, queue, known, distrust, unwritten, handled, dead, letters, sent, starts, faults >>

SweepLooks ==
  /\ Forgetting
  /\ starts' = [topic |-> topic, at |-> logStart]
  /\ starts' # starts
  /\ UNCHANGED << topic, there, logStart, committed, progress, queue, known, distrust, unwritten, handled, dead, letters, sent, faults >>

(* Old: no delivery of the record is under way any more. *)
Forget(q) ==
  /\ dead[q] # None /\ starts # None
  /\ \A o \in Owners, i \in 1..InQueue : i <= Len(queue[o]) => queue[o][i].record # dead[q]
  /\ \/ /\ starts.topic = topic \/ Mutant = "LogStartOfAnotherTopic"
        /\ starts.at[q[1]] > q[2]
     \/ Mutant = "DeadLetterForgottenInTheTopic"
  /\ dead' = [dead EXCEPT ![q] = None]
  /\ UNCHANGED << topic, there, logStart, committed, progress, queue, known, distrust, unwritten, handled, letters, sent, starts, faults >>

(* The group reads again from the start of the log, or from its floor. *)
Replay(p) ==
  /\ p \in there /\ committed[p] # None
  /\ LET first == Max(logStart[p], First(topic, p)) IN
     /\ committed[p] >= first
     /\ committed' = [committed EXCEPT ![p] = first - 1]
  /\ Fault
  /\ UNCHANGED << topic, there, logStart, progress, queue, known, distrust, unwritten, handled, dead, letters, sent, starts >>

-----------------------------------------------------------------------------
Init ==
  /\ topic = 1
  /\ there = IF GrowsLater THEN {1} ELSE Partitions
  /\ logStart = [p \in Partitions |-> 1]
  /\ committed = [p \in Partitions |-> IF p = 1 /\ Begin > 1 THEN Begin - 1 ELSE None]
  /\ progress = [p \in Partitions |-> IF GrowsLater /\ p = 1 THEN Row(1, Begin) ELSE None]
  /\ queue = [o \in Owners |-> << >>]
  /\ known = [o \in Owners |-> [p \in Partitions |-> None]]
  /\ distrust = [o \in Owners |-> FALSE]
  /\ unwritten = [o \in Owners |-> {}]
  /\ handled = {}
  /\ dead = [q \in Places |-> None]
  /\ letters = [c \in Records |-> 0]
  /\ sent = {}
  /\ starts = None
  /\ faults = 0

Steps(o) ==
  \/ \E p \in Partitions : Fetch(o, p)
  \/ BeginBatch(o) \/ Return(o) \/ Flush(o) \/ Audit(o) \/ TrustAgain(o)

Next ==
  \/ \E o \in Owners : Steps(o) \/ Crash(o)
  \/ \E p \in Partitions : Skip(p) \/ DropOldest(p) \/ Replay(p)
  \/ \E q \in Places : Forget(q)
  \/ AnotherAsks \/ SweepLooks \/ Grow \/ MakeAnew

Spec == Init /\ [][Next]_vars

Symmetry == Permutations(Owners)

-----------------------------------------------------------------------------
(* What is noted as finished of a topic was handled, or was never the     *)
(* group's affair.                                                        *)
FinishedIsHandled ==
  \A p \in there : progress[p] # None /\ progress[p].topic = topic =>
    \A n \in progress[p].finished : << topic, p, n >> \in handled

(* A floor gives up nothing that is the group's affair: what lies below   *)
(* it was handled, or had been passed before the group began.             *)
FloorGivesUpNothing ==
  \A p \in there : progress[p] # None /\ progress[p].topic = topic =>
    \A n \in First(topic, p)..progress[p].floor - 1 : << topic, p, n >> \in handled

NothingBelowTheFloor == \A c \in handled : c[3] >= First(c[1], c[2])

(* Every record that was handled has its dead letter.  It has one, unless *)
(* another topic's record has replaced its row meanwhile: then it may get *)
(* a second, under the same message id.                                   *)
HandledHasItsDeadLetter == handled \subseteq sent
OneDeadLetter == \A c \in Records : letters[c] <= 1

-----------------------------------------------------------------------------
(* What must be reachable, stated as if it were not. *)
NeverReplaced     == ~ \E c, d \in Records : Place(c) = Place(d) /\ c # d /\ {c, d} \subseteq sent
NeverOldBatchSettled == ~ \E o \in Owners : distrust[o] /\ \E c \in handled : c[1] # topic
NeverDeadLetterForgotten == ~ \E c \in handled : dead[Place(c)] = None
NeverSkippedFirst == ~ (GrowsLater /\ there = Partitions /\ progress[2] = None /\ committed[2] # None)
=============================================================================

------------------------------- MODULE Outbox --------------------------------
(***************************************************************************)
(* How a message leaves, once its row is in the outbox.                    *)
(*                                                                         *)
(* The row came in the transaction of its effect (EffectivelyOnce.tla).    *)
(* To send it is to act on the world, and the world has no transactions:   *)
(* between "I am about to send" and "it has arrived" a process can die,    *)
(* and nobody can find out how far it came.  So the outbox does two        *)
(* things.  It sees to it that only one process sends at a time.  And a    *)
(* message that may have arrived already is in doubt, and its row says so: *)
(* the policy then decides whether to send it again or to park it.         *)
(*                                                                         *)
(* Nobody sends a row without having claimed it, not even its writer.  A   *)
(* claim writes the doubt and the policy into the row before anything is   *)
(* sent.  So a row that waits without a doubt was never taken by the       *)
(* receiver, and whoever finds a doubt finds what is to be done about it.  *)
(*                                                                         *)
(* In the table, small messages of one transaction share a row.  That is   *)
(* no more than here: a claim of the row is a claim of each of them in one *)
(* transaction, each is sent by itself, and what is left of them gets rows *)
(* of its own in the transaction that takes the shared one away.           *)
(***************************************************************************)
EXTENDS Naturals, FiniteSets, TLC

CONSTANTS
  Owners,     \* places in which processes live, one life after another
  None, Past, \* nothing; the id of a process that has died, never used again
  Messages,
  Lease,      \* ticks
  Hosts,      \* what a process that starts may be: see "The hosts"
  MaxLate,    \* claims that nobody awaits any more and that may still commit
  MaxFaults,  \* None: faults never end; a number: so many, and then peace
  Mutant      \* "none", or the name of the one rule that is left out

ASSUME Hosts \subseteq {"Resend", "Park", "Senderless", "Earlier"}

VARIABLES
  effect,    \* message -> its effect is in the table
  row,       \* message -> the outbox row: where it stands, its claim, its policy, its doubt
  host,      \* owner -> what the process is that lives there
  stage,     \* owner -> message -> what the owner is doing about it
  fresh,     \* owner -> message -> the ETag it holds is still the row's
  doubted,   \* owner -> message -> the row was in doubt when the owner took it in hand
  age,       \* owner -> message -> ticks since it sent its claim
  watch,     \* owner -> message -> ticks since it first saw the ETag the row has now
  late,      \* claims on their way that nobody awaits
  promise,   \* message -> the policy of the first owner that could have sent it
  copies,    \* message -> copies the receiver got; under Resend, since the last doubt
  received,  \* message -> the receiver has taken it for what it is
  ids,       \* message ids the receiver has seen
  faults

world == << promise, copies, received, ids >>
vars  == << effect, row, host, stage, fresh, doubted, age, watch, late, world, faults >>

Fault == IF MaxFaults = None THEN UNCHANGED faults
         ELSE faults < MaxFaults /\ faults' = faults + 1

(* A message's id is a hash of group, subject, key and ordinal. *)
Id(m) == IF Mutant = "IdFromKeyAlone" THEN "key" ELSE m

Set(f, o, m, v) == [f EXCEPT ![o][m] = v]

Know(o, m, at, doubt, old) ==
  /\ stage'   = Set(stage, o, m, at)
  /\ doubted' = Set(doubted, o, m, doubt)
  /\ age'     = Set(age, o, m, old)

(* To be idle about a message is to know nothing of it. *)
Rest(o, m) == Know(o, m, "none", FALSE, 0) /\ fresh' = Set(fresh, o, m, FALSE)

(* A write to the row gives it a new ETag: every other one that was read  *)
(* is stale, every watch begins anew.                                     *)
Rewrite(m, r) ==
  /\ row'   = [row EXCEPT ![m] = r]
  /\ watch' = [o \in Owners |-> [watch[o] EXCEPT ![m] = None]]
Stale(m) == [o \in Owners |-> [fresh[o] EXCEPT ![m] = FALSE]]
LateStale(m, R) == { r \in R : r.message # m }

-----------------------------------------------------------------------------
(***************************************************************************)
(* The hosts.  Two are of this version and have a sender: the setting of   *)
(* one is Resend, of the other Park.  A third has no sender for messages   *)
(* of this kind.  The fourth has none either, and is of an earlier         *)
(* version, which knows neither doubt nor policy in the row: it takes over *)
(* what it finds, cannot send it, and writes "waiting".  It leaves columns *)
(* alone that it does not know.  Whoever starts again may be another host. *)
(***************************************************************************)
HasSender(o) == host[o] \in {"Resend", "Park"}
Setting(o)   == IF host[o] = "Park" THEN "Park" ELSE "Resend"

(* A host leaves messages that it cannot send alone, in every state. *)
SeesTo(o) == HasSender(o) \/ host[o] = "Earlier" \/ Mutant = "SenderlessHostClaims"

(* What the row says was decided at its first claim, and goes before the  *)
(* setting.                                                               *)
PolicyOf(o, m) ==
  IF host[o] = "Earlier" THEN "Resend"
  ELSE IF row[m].policy = None \/ Mutant = "SettingBeforeTheRow" THEN Setting(o)
  ELSE row[m].policy

-----------------------------------------------------------------------------
(* The transaction: the effect and the row, both or neither. *)
Write(o, m) ==
  /\ row[m].state = "absent"
  /\ effect' = [effect EXCEPT ![m] = TRUE]
  /\ row' = [row EXCEPT ![m].state = "waiting"]
  /\ IF Mutant = "WriterSendsUnclaimed"
     THEN stage' = Set(stage, o, m, "sending") /\ fresh' = Set(fresh, o, m, TRUE)
     ELSE UNCHANGED << stage, fresh >>
  /\ UNCHANGED << host, doubted, age, watch, late, world, faults >>

(* The mutant that sends first and writes afterwards. *)
SendBeside(o, m) ==
  /\ Mutant = "SentBesideTheTransaction"
  /\ row[m].state = "absent" /\ stage[o][m] = "none"
  /\ stage' = Set(stage, o, m, "sending")
  /\ UNCHANGED << effect, row, host, fresh, doubted, age, watch, late, world, faults >>

(***************************************************************************)
(* A row that waits is taken in hand by its writer, or by any sweep, under *)
(* the version that was seen.  It may wait in its lane for a long time.    *)
(***************************************************************************)
TakeInHand(o, m) ==
  /\ stage'   = Set(stage, o, m, "in hand")
  /\ fresh'   = Set(fresh, o, m, TRUE)
  /\ UNCHANGED age

Take(o, m) ==
  /\ stage[o][m] = "none" /\ SeesTo(o)
  /\ row[m].state = "waiting"
  /\ ~(row[m].doubt /\ PolicyOf(o, m) = "Park")
  /\ TakeInHand(o, m)
  /\ doubted' = Set(doubted, o, m, row[m].doubt)
  /\ UNCHANGED << effect, row, host, watch, late, world, faults >>

(* What waits in doubt is parked where its policy says so. *)
ParkWaiting(o, m) ==
  /\ stage[o][m] = "none" /\ SeesTo(o)
  /\ row[m].state = "waiting" /\ row[m].doubt /\ PolicyOf(o, m) = "Park"
  /\ Rewrite(m, [row[m] EXCEPT !.state = "parked"])
  /\ fresh' = Stale(m)
  /\ late' = LateStale(m, late)
  /\ UNCHANGED << effect, host, stage, doubted, age, world, faults >>

(***************************************************************************)
(* A claim, by ETag.  The lease is counted from the moment the claim is    *)
(* sent.  Every claim has a number of its own beside the owner's id: an    *)
(* owner may claim a row twice, and must not take the first claim for the  *)
(* second, whose lease is longer.  Here a number is only ever the owner's  *)
(* newest, or not.  A claim writes policy and doubt.                       *)
(***************************************************************************)
SendClaim(o, m) ==
  /\ stage[o][m] = "in hand"
  /\ row'   = [row EXCEPT ![m].newest = @ /\ row[m].by # o]
  /\ late'  = { IF r.message = m /\ r.by = o THEN [r EXCEPT !.newest = FALSE] ELSE r : r \in late }
  /\ stage' = Set(stage, o, m, "claiming")
  /\ age'   = Set(age, o, m, 0)
  /\ UNCHANGED << effect, host, fresh, doubted, watch, world, faults >>

Claimed(m, by, newest, writes) ==
  [ state  |-> "claimed", by |-> by, newest |-> newest,
    policy |-> IF writes.policy = None THEN row[m].policy ELSE writes.policy,
    doubt  |-> row[m].doubt \/ writes.doubt ]

Writes(o, m) ==
  IF host[o] = "Earlier" THEN [policy |-> None, doubt |-> FALSE]
  ELSE [policy |-> PolicyOf(o, m), doubt |-> Mutant # "ClaimWithoutDoubt"]

Promised(o, m) ==
  promise' = IF promise[m] = None /\ HasSender(o) THEN [promise EXCEPT ![m] = Setting(o)] ELSE promise

ClaimCommits(o, m) ==
  /\ stage[o][m] = "claiming" /\ fresh[o][m]
  /\ Rewrite(m, Claimed(m, o, TRUE, Writes(o, m)))
  /\ late' = LateStale(m, late)
  /\ Promised(o, m)
  /\ \/ /\ stage' = Set(stage, o, m, "claimed")            \* and the owner hears of it
        /\ fresh' = Set(Stale(m), o, m, TRUE)
        /\ UNCHANGED faults
     \/ /\ stage' = Set(stage, o, m, "asking")             \* the answer is lost
        /\ fresh' = Stale(m)
        /\ Fault
  /\ UNCHANGED << effect, host, doubted, age, copies, received, ids >>

ClaimRefused(o, m) ==
  /\ stage[o][m] = "claiming" /\ ~fresh[o][m]
  /\ stage' = Set(stage, o, m, "asking")
  /\ UNCHANGED << effect, row, host, fresh, doubted, age, watch, late, world, faults >>

LateOf(o, m, by) == [message |-> m, by |-> by, newest |-> TRUE, writes |-> Writes(o, m)]

ClaimTimesOut(o, m) ==
  /\ stage[o][m] = "claiming"
  /\ stage' = Set(stage, o, m, "asking")
  /\ late' = IF fresh[o][m] /\ Cardinality(late) < MaxLate THEN late \cup { LateOf(o, m, o) } ELSE late
  /\ Fault
  /\ UNCHANGED << effect, row, host, fresh, doubted, age, watch, world >>

(* A claim commits after its sender gave it up, or after its sender died. *)
LateClaim ==
  \E r \in late :
    /\ Rewrite(r.message, Claimed(r.message, r.by, r.newest, r.writes))
    /\ fresh' = Stale(r.message)
    /\ late' = LateStale(r.message, late)
    /\ promise' = IF promise[r.message] = None THEN [promise EXCEPT ![r.message] = r.writes.policy] ELSE promise
    /\ UNCHANGED << effect, host, stage, doubted, age, copies, received, ids, faults >>

(* This claim of mine, says the row: then the lease still counts from     *)
(* when the claim was sent, not from now.  Where the version is still the *)
(* one that was seen, the same claim is submitted once more.              *)
IsMine(o, m) ==
  /\ row[m].state = "claimed"
  /\ \/ row[m].by = o /\ (row[m].newest \/ Mutant = "ClaimsShareTheOwnersId")
     \/ Mutant = "OwnerIdOutlivesItsProcess"     \* the id is the machine's

AskClaim(o, m) ==
  /\ stage[o][m] = "asking"
  /\ CASE IsMine(o, m)
            -> /\ stage' = Set(stage, o, m, "claimed")
               /\ fresh' = Set(fresh, o, m, TRUE)
               /\ age'   = IF Mutant = "LeaseFromTheAnswer" THEN Set(age, o, m, 0) ELSE age
               /\ UNCHANGED doubted
       [] fresh[o][m]
            -> \/ stage' = Set(stage, o, m, "claiming") /\ UNCHANGED << fresh, doubted, age >>
               \/ Rest(o, m)
       [] OTHER -> Rest(o, m)
  /\ UNCHANGED << effect, row, host, watch, late, world, faults >>

-----------------------------------------------------------------------------
(***************************************************************************)
(* Sending begins in the first half of the lease, and the sender gives up  *)
(* when that half is over.  A claim that is too old by then, and a host    *)
(* that cannot send, leave a message that was not sent.                    *)
(***************************************************************************)
StartSending(o, m) ==
  /\ stage[o][m] = "claimed"
  /\ HasSender(o)
  /\ 2 * age[o][m] < Lease
  /\ stage' = Set(stage, o, m, "sending")
  /\ UNCHANGED << effect, row, host, fresh, doubted, age, watch, late, world, faults >>

TooLate(o, m) ==
  /\ stage[o][m] = "claimed"
  /\ 2 * age[o][m] >= Lease \/ ~HasSender(o)
  /\ stage' = Set(stage, o, m, "not sent")
  /\ age' = Set(age, o, m, 0)
  /\ UNCHANGED << effect, row, host, fresh, doubted, watch, late, world, faults >>

Arrive(m) ==
  /\ copies'   = [copies EXCEPT ![m] = @ + 1]
  /\ received' = [received EXCEPT ![m] = @ \/ Id(m) \notin ids]
  /\ ids'      = ids \cup { Id(m) }

(* A doubt excuses a second copy: where the policy is to send again. *)
Excuse(m, c) == IF promise[m] = "Resend" THEN [c EXCEPT ![m] = 0] ELSE c

Sent(o, m) ==
  /\ stage[o][m] = "sending"
  /\ Arrive(m)
  /\ stage' = Set(stage, o, m, "sent")
  /\ UNCHANGED << effect, row, host, fresh, doubted, age, watch, late, promise, faults >>

(* Not taken for certain. *)
NotSent(o, m) ==
  /\ stage[o][m] = "sending"
  /\ stage' = Set(stage, o, m, "not sent")
  /\ age' = Set(age, o, m, 0)
  /\ Fault
  /\ UNCHANGED << effect, row, host, fresh, doubted, watch, late, world >>

(* No answer in time: it has arrived, or it has not. *)
OutcomeUnknown(o, m) ==
  /\ stage[o][m] = "sending"
  /\ stage' = Set(stage, o, m, "unknown")
  /\ age' = Set(age, o, m, 0)
  /\ \/ /\ received' = [received EXCEPT ![m] = @ \/ Id(m) \notin ids]
        /\ ids' = ids \cup { Id(m) }
        /\ copies' = Excuse(m, [copies EXCEPT ![m] = @ + 1])
     \/ /\ copies' = Excuse(m, copies)
        /\ UNCHANGED << received, ids >>
  /\ Fault
  /\ UNCHANGED << effect, row, host, fresh, doubted, watch, late, promise >>

(***************************************************************************)
(* Settling a row that this owner holds.  The write goes by its ETag.  If  *)
(* that is stale, the row was moved on already by a write of mine whose    *)
(* answer was lost, or another has taken it over: no more affair of mine.  *)
(*                                                                         *)
(* What was sent is deleted.  What was not sent waits again, with the      *)
(* doubt that it had before.  Of what is in doubt the policy decides: it   *)
(* waits again, and says so, or it is left to a person.                    *)
(***************************************************************************)
Left(o, m, state, doubt) ==
  [row[m] EXCEPT !.state = state, !.by = None, !.newest = FALSE,
                 !.doubt = IF host[o] = "Earlier" THEN @ ELSE doubt]

Outcome(o, m) ==
  CASE stage[o][m] = "sent"     -> Left(o, m, "gone", FALSE)
    [] stage[o][m] = "not sent" -> Left(o, m, "waiting", doubted[o][m] /\ Mutant # "NotSentEndsDoubt")
    [] Mutant = "UnknownTakenForNotSent" -> Left(o, m, "waiting", doubted[o][m])
    [] PolicyOf(o, m) = "Park"  -> Left(o, m, "parked", TRUE)
    [] OTHER                    -> Left(o, m, "waiting", Mutant # "DoubtNotWritten")

Settle(o, m) ==
  /\ stage[o][m] \in {"sent", "not sent", "unknown"}
  /\ IF fresh[o][m]
     THEN /\ Rewrite(m, Outcome(o, m))
          /\ late' = LateStale(m, late)
          /\ fresh' = Stale(m)
          /\ \/ /\ Know(o, m, "none", FALSE, 0)
                /\ UNCHANGED faults
             \/ /\ Fault                                   \* the answer is lost
                /\ UNCHANGED << stage, doubted, age >>
     ELSE /\ Rest(o, m)
          /\ UNCHANGED << row, watch, late, faults >>
  /\ UNCHANGED << effect, host, world >>

(***************************************************************************)
(* The sweep.  It looks at a claimed row, whoever has claimed it, and      *)
(* counts on its own clock how long the row keeps the same ETag.  After a  *)
(* whole lease of that, the claim is over, whatever any other clock says.  *)
(* The message is in doubt.                                                *)
(***************************************************************************)
Look(o, m) ==
  /\ stage[o][m] = "none" /\ SeesTo(o)
  /\ row[m].state = "claimed"
  /\ watch[o][m] = None
  /\ watch' = Set(watch, o, m, 0)
  /\ UNCHANGED << effect, row, host, stage, fresh, doubted, age, late, world, faults >>

(* The claimant is alive and well within its lease. *)
Valid(m) ==
  \E o \in Owners : /\ row[m].by = o
                    /\ stage[o][m] \in {"claimed", "sending", "sent"}
                    /\ age[o][m] < Lease

TakeOver(o, m) ==
  /\ stage[o][m] = "none" /\ SeesTo(o) /\ Mutant # "NoSweep"
  /\ row[m].state = "claimed"
  /\ \/ watch[o][m] = Lease
     \/ Mutant = "AnotherClock"          \* the row's timestamp by a clock that is a lease ahead
  /\ copies' = IF Valid(m) THEN copies ELSE Excuse(m, copies)
  /\ IF PolicyOf(o, m) = "Resend"
     THEN /\ TakeInHand(o, m)
          /\ doubted' = Set(doubted, o, m, TRUE)
          /\ watch' = Set(watch, o, m, None)
          /\ UNCHANGED << row, late >>
     ELSE /\ Rewrite(m, [row[m] EXCEPT !.state = "parked", !.by = None, !.newest = FALSE, !.doubt = TRUE])
          /\ late' = LateStale(m, late)
          /\ fresh' = Stale(m)
          /\ UNCHANGED << stage, doubted, age >>
  /\ UNCHANGED << effect, host, promise, received, ids, faults >>

-----------------------------------------------------------------------------
(* A process dies.  The next one that lives here has another id, and may  *)
(* be another host.  What it had begun to send is in doubt.               *)
Crash(o) ==
  LET by(x)  == IF x = o THEN Past ELSE x
      mine   == { LateOf(o, m, by(o)) : m \in { x \in Messages : stage[o][x] = "claiming" /\ fresh[o][x] } }
      others == { [r EXCEPT !.by = by(@)] : r \in late }
  IN
  /\ Hosts # {host[o]} \/ \E m \in Messages : stage[o][m] # "none"
  /\ host' \in { [host EXCEPT ![o] = h] : h \in Hosts }
  /\ row' = [m \in Messages |-> [row[m] EXCEPT !.by = by(@), !.newest = @ /\ by(row[m].by) # Past]]
  /\ late' = { [r EXCEPT !.newest = @ /\ r.by # Past] :
                 r \in IF Cardinality(others \cup mine) <= MaxLate THEN others \cup mine ELSE others }
  /\ copies' = [m \in Messages |->
       IF promise[m] = "Resend" /\ stage[o][m] \in {"sending", "sent", "unknown"} THEN 0 ELSE copies[m]]
  /\ stage'   = [stage   EXCEPT ![o] = [m \in Messages |-> "none"]]
  /\ fresh'   = [fresh   EXCEPT ![o] = [m \in Messages |-> FALSE]]
  /\ doubted' = [doubted EXCEPT ![o] = [m \in Messages |-> FALSE]]
  /\ age'     = [age     EXCEPT ![o] = [m \in Messages |-> 0]]
  /\ watch'   = [watch   EXCEPT ![o] = [m \in Messages |-> None]]
  /\ Fault
  /\ UNCHANGED << effect, promise, received, ids >>

(***************************************************************************)
(* A tick of every process's own monotonic clock.  The clocks need not     *)
(* agree on the time, only on how long a tick is.  A sender gives up when  *)
(* half its lease is over, so time does not pass over it.                  *)
(***************************************************************************)
Older(n) == IF n < Lease THEN n + 1 ELSE n

Tick ==
  /\ \A o \in Owners, m \in Messages :
       stage[o][m] = "sending" => 2 * age[o][m] < Lease \/ Mutant = "SendWithoutTimeOut"
  /\ age' = [o \in Owners |-> [m \in Messages |->
       IF stage[o][m] \in {"claiming", "asking", "claimed", "sending", "sent"}
       THEN Older(age[o][m]) ELSE age[o][m]]]
  /\ watch' = [o \in Owners |-> [m \in Messages |->
       IF watch[o][m] = None THEN None ELSE Older(watch[o][m])]]
  /\ << age, watch >>' # << age, watch >>
  /\ IF \E o \in Owners, m \in Messages : stage[o][m] \notin {"none", "sending"}
     THEN Fault ELSE UNCHANGED faults     \* to be slow where there is something to do is a fault
  /\ UNCHANGED << effect, row, host, stage, fresh, doubted, late, world >>

Init ==
  /\ effect   = [m \in Messages |-> FALSE]
  /\ row      = [m \in Messages |->
                  [state |-> "absent", by |-> None, newest |-> FALSE, policy |-> None, doubt |-> FALSE]]
  /\ host     \in [Owners -> Hosts]
  /\ stage    = [o \in Owners |-> [m \in Messages |-> "none"]]
  /\ fresh    = [o \in Owners |-> [m \in Messages |-> FALSE]]
  /\ doubted  = [o \in Owners |-> [m \in Messages |-> FALSE]]
  /\ age      = [o \in Owners |-> [m \in Messages |-> 0]]
  /\ watch    = [o \in Owners |-> [m \in Messages |-> None]]
  /\ late     = {}
  /\ promise  = [m \in Messages |-> None]
  /\ copies   = [m \in Messages |-> 0]
  /\ received = [m \in Messages |-> FALSE]
  /\ ids      = {}
  /\ faults   = 0

Progress(o, m) ==
  \/ Write(o, m) \/ Take(o, m) \/ ParkWaiting(o, m)
  \/ SendClaim(o, m) \/ ClaimCommits(o, m) \/ ClaimRefused(o, m) \/ AskClaim(o, m)
  \/ StartSending(o, m) \/ TooLate(o, m) \/ Sent(o, m) \/ Settle(o, m)
  \/ Look(o, m) \/ TakeOver(o, m)

Next ==
  \/ \E o \in Owners, m \in Messages :
       \/ Progress(o, m)
       \/ ClaimTimesOut(o, m) \/ NotSent(o, m) \/ OutcomeUnknown(o, m) \/ SendBeside(o, m)
  \/ \E o \in Owners : Crash(o)
  \/ LateClaim
  \/ Tick

Spec == Init /\ [][Next]_vars

FairSpec ==
  /\ Spec
  /\ WF_vars(Tick)
  /\ \A o \in Owners, m \in Messages : WF_vars(Progress(o, m))

Symmetry == Permutations(Owners)

-----------------------------------------------------------------------------
(* Under Park a message leaves once at most, ever.  Under Resend, once    *)
(* between two doubts.                                                    *)
OneCopy == \A m \in Messages : copies[m] <= 1

OneSenderAtATime ==
  \A m \in Messages : \A o1, o2 \in Owners :
    o1 # o2 => ~(stage[o1][m] = "sending" /\ stage[o2][m] = "sending")

NoMessageWithoutEffect == \A m \in Messages : copies[m] > 0 \/ received[m] => effect[m]

(* A row is deleted only when the receiver has its message. *)
GoneMeansReceived == \A m \in Messages : row[m].state = "gone" => received[m]

(* A message that waits without a doubt was never taken by the receiver.  *)
UndoubtedIsUntaken == \A m \in Messages : row[m].state = "waiting" /\ ~row[m].doubt => ~received[m]

(* The row's policy is the one that was promised when it was first taken  *)
(* by somebody who could send it, and it never changes.                   *)
PolicyIsKept == \A m \in Messages : row[m].policy # None => row[m].policy = promise[m]

EveryMessageEndsSent ==
  \A m \in Messages : <>(row[m].state = "gone" \/ ("Park" \in Hosts /\ row[m].state = "parked"))

-----------------------------------------------------------------------------
(* What must be reachable, stated as if it were not. *)
NeverTakenOver == ~ \E o \in Owners, m \in Messages : watch[o][m] = Lease
NeverParkedThoughSent == ~ \E m \in Messages : row[m].state = "parked" /\ received[m]
NeverClaimedUnawares ==
  ~ \E o \in Owners, m \in Messages : row[m].state = "claimed" /\ row[m].by = o /\ stage[o][m] = "none"
NeverSentByTwo ==   \* under Resend a copy has come, and another owner is sending
  ~ \E o \in Owners, m \in Messages : stage[o][m] = "sending" /\ received[m]
NeverLeaseSpent == ~ \E o \in Owners, m \in Messages : stage[o][m] = "claimed" /\ age[o][m] = Lease
NeverWaitingInDoubt == ~ \E m \in Messages : row[m].state = "waiting" /\ row[m].doubt /\ received[m]
NeverWaitingAgain ==   \* not sent for certain, and without a doubt
  ~ \E m \in Messages : row[m].state = "waiting" /\ ~row[m].doubt /\ row[m].policy # None
NeverAnotherSetting == ~ \E o \in Owners, m \in Messages :
  stage[o][m] = "claimed" /\ HasSender(o) /\ row[m].policy # Setting(o)
NeverWaitingInDoubtUnderPark ==   \* a host of an earlier version has written it so
  ~ \E m \in Messages : row[m].state = "waiting" /\ row[m].doubt /\ row[m].policy = "Park"
=============================================================================

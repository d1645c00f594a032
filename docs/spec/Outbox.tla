------------------------------- MODULE Outbox --------------------------------
(***************************************************************************)
(* How a message leaves, once its row is in the outbox.                    *)
(*                                                                         *)
(* The row came in the transaction of its effect (EffectivelyOnce.tla).    *)
(* To send it is to act on the world, and the world has no transactions:   *)
(* between "I am about to send" and "it has arrived" a process can die,    *)
(* and nobody can find out how far it came.  So the outbox does two        *)
(* things.  It sees to it that only one process sends at a time, and that  *)
(* whoever finds a message half sent knows it: such a message is in doubt, *)
(* and the consumer's policy says whether to send it again or to park it.  *)
(*                                                                         *)
(* Nobody sends a row without having claimed it, not even its writer; so a *)
(* row that is not claimed was never tried.                                *)
(*                                                                         *)
(* In the table, small messages of one transaction share a row.  That is   *)
(* no more than here: a claim of the row is a claim of each of them in one *)
(* transaction, each is sent by itself, and what is left of them gets rows *)
(* of its own in the transaction that takes the shared one away.           *)
(***************************************************************************)
EXTENDS Naturals, FiniteSets, TLC

CONSTANTS
  Owners,     \* places in which processes live, one life after another
  None, Past, \* no owner; the id of a process that has died, never used again
  Messages,
  Lease,      \* ticks
  SendTime,   \* ticks after which a sender gives up: under half the lease
  Policy,     \* "Resend" or "Park": what to do with a message in doubt
  MaxLate,    \* claims that nobody awaits any more and that may still commit
  MaxFaults,  \* None: faults never end; a number: so many, and then peace
  Mutant      \* "none", or the name of the one rule that is left out

ASSUME 2 * SendTime < Lease

VARIABLES
  effect,    \* message -> its effect is in the table
  row,       \* message -> the outbox row: where it stands and who has claimed it
  stage,     \* owner -> message -> what the owner is doing about it
  fresh,     \* owner -> message -> the ETag it holds is still the row's
  age,       \* owner -> message -> ticks since it sent its claim
  sending,   \* owner -> message -> ticks since it began to send
  watch,     \* owner -> message -> ticks since it first saw the ETag the row has now
  late,      \* claims on their way that nobody awaits
  copies,    \* message -> copies the receiver got; under Resend, since the last doubt
  received,  \* message -> the receiver has taken it for what it is
  ids,       \* message ids the receiver has seen
  faults

vars == << effect, row, stage, fresh, age, sending, watch, late, copies, received, ids, faults >>

Fault == IF MaxFaults = None THEN UNCHANGED faults
         ELSE faults < MaxFaults /\ faults' = faults + 1

(* A message's id is a hash of group, subject, key and ordinal. *)
Id(m) == IF Mutant = "IdFromKeyAlone" THEN "key" ELSE m

Set(f, o, m, v) == [f EXCEPT ![o][m] = v]

(* To be idle about a message is to know nothing of it. *)
Rest(o, m) ==
  /\ stage'   = Set(stage, o, m, "none")
  /\ fresh'   = Set(fresh, o, m, FALSE)
  /\ age'     = Set(age, o, m, 0)
  /\ sending' = Set(sending, o, m, 0)

(* A write to the row gives it a new ETag: every other one that was read  *)
(* is stale, every watch begins anew.                                     *)
Rewrite(m, state, by, newest) ==
  /\ row'   = [row EXCEPT ![m] = [state |-> state, by |-> by, newest |-> newest]]
  /\ watch' = [o \in Owners |-> [watch[o] EXCEPT ![m] = None]]
Stale(m) == [o \in Owners |-> [fresh[o] EXCEPT ![m] = FALSE]]
LateStale(m, R) == { r \in R : r.message # m }

-----------------------------------------------------------------------------
(* The transaction: the effect and the row, both or neither. *)
Write(o, m) ==
  /\ row[m].state = "absent"
  /\ effect' = [effect EXCEPT ![m] = TRUE]
  /\ row' = [row EXCEPT ![m].state = "waiting"]
  /\ IF Mutant = "WriterSendsUnclaimed"
     THEN stage' = Set(stage, o, m, "sending") /\ fresh' = Set(fresh, o, m, TRUE)
     ELSE UNCHANGED << stage, fresh >>
  /\ UNCHANGED << age, sending, watch, late, copies, received, ids, faults >>

(* The mutant that sends first and writes afterwards. *)
SendBeside(o, m) ==
  /\ Mutant = "SentBesideTheTransaction"
  /\ row[m].state = "absent" /\ stage[o][m] = "none"
  /\ stage' = Set(stage, o, m, "sending")
  /\ UNCHANGED << effect, row, fresh, age, sending, watch, late, copies, received, ids, faults >>

(***************************************************************************)
(* A claim, by ETag.  The row was never tried: it is unclaimed; or it is   *)
(* claimed by this very life of mine, which knows that it has not sent.    *)
(*                                                                         *)
(* The lease is counted from the moment the claim is sent.  Every claim    *)
(* has a number of its own beside the owner's id: an owner may claim its   *)
(* row twice, and must not take the first claim for the second, whose      *)
(* lease is longer.  Here a number is only ever the owner's newest, or not.*)
(***************************************************************************)
Untried(o, m) == row[m].state = "waiting" \/ (row[m].state = "claimed" /\ row[m].by = o)

SendClaim(o, m) ==
  /\ row'   = [row EXCEPT ![m].newest = @ /\ row[m].by # o]
  /\ late'  = { IF r.message = m /\ r.by = o THEN [r EXCEPT !.newest = FALSE] ELSE r : r \in late }
  /\ stage' = Set(stage, o, m, "claiming")
  /\ fresh' = Set(fresh, o, m, TRUE)
  /\ age'   = Set(age, o, m, 0)

Claim(o, m) ==
  /\ stage[o][m] = "none"
  /\ Untried(o, m)
  /\ SendClaim(o, m)
  /\ UNCHANGED << effect, sending, watch, copies, received, ids, faults >>

ClaimCommits(o, m) ==
  /\ stage[o][m] = "claiming" /\ fresh[o][m]
  /\ Rewrite(m, "claimed", o, TRUE)
  /\ late' = LateStale(m, late)
  /\ \/ /\ stage' = Set(stage, o, m, "claimed")            \* and the owner hears of it
        /\ fresh' = Set(Stale(m), o, m, TRUE)
        /\ UNCHANGED faults
     \/ /\ stage' = Set(stage, o, m, "asking")             \* the answer is lost
        /\ fresh' = Stale(m)
        /\ Fault
  /\ UNCHANGED << effect, age, sending, copies, received, ids >>

ClaimRefused(o, m) ==
  /\ stage[o][m] = "claiming" /\ ~fresh[o][m]
  /\ stage' = Set(stage, o, m, "asking")
  /\ UNCHANGED << effect, row, fresh, age, sending, watch, late, copies, received, ids, faults >>

ClaimTimesOut(o, m) ==
  /\ stage[o][m] = "claiming"
  /\ stage' = Set(stage, o, m, "asking")
  /\ late' = IF fresh[o][m] /\ Cardinality(late) < MaxLate
             THEN late \cup { [message |-> m, by |-> o, newest |-> TRUE] } ELSE late
  /\ fresh' = Set(fresh, o, m, FALSE)
  /\ Fault
  /\ UNCHANGED << effect, row, age, sending, watch, copies, received, ids >>

(* A claim commits after its sender gave it up, or after its sender died. *)
LateClaim ==
  \E r \in late :
    /\ Rewrite(r.message, "claimed", r.by, r.newest)
    /\ fresh' = Stale(r.message)
    /\ late' = LateStale(r.message, late)
    /\ UNCHANGED << effect, stage, age, sending, copies, received, ids, faults >>

(* This claim of mine, says the row: then the lease still counts from     *)
(* when the claim was sent, not from now.                                 *)
AskClaim(o, m) ==
  /\ stage[o][m] = "asking"
  /\ IF /\ row[m].state = "claimed" /\ row[m].by = o
        /\ row[m].newest \/ Mutant = "ClaimsShareTheOwnersId"
     THEN /\ stage' = Set(stage, o, m, "claimed")
          /\ fresh' = Set(fresh, o, m, TRUE)
          /\ age'   = IF Mutant = "LeaseFromTheAnswer" THEN Set(age, o, m, 0) ELSE age
          /\ UNCHANGED sending
     ELSE Rest(o, m)
  /\ UNCHANGED << effect, row, watch, late, copies, received, ids, faults >>

-----------------------------------------------------------------------------
(***************************************************************************)
(* Sending begins in the first half of the lease and takes less than the   *)
(* other half.  An owner whose lease is too far gone lets the row be, and  *)
(* may claim it anew.                                                      *)
(***************************************************************************)
StartSending(o, m) ==
  /\ stage[o][m] = "claimed"
  /\ 2 * age[o][m] <= Lease
  /\ stage' = Set(stage, o, m, "sending")
  /\ UNCHANGED << effect, row, fresh, age, sending, watch, late, copies, received, ids, faults >>

LetBe(o, m) ==
  /\ stage[o][m] = "claimed"
  /\ 2 * age[o][m] > Lease
  /\ Rest(o, m)
  /\ UNCHANGED << effect, row, watch, late, copies, received, ids, faults >>

Arrive(m) ==
  /\ copies'   = [copies EXCEPT ![m] = @ + 1]
  /\ received' = [received EXCEPT ![m] = @ \/ Id(m) \notin ids]
  /\ ids'      = ids \cup { Id(m) }

(* A doubt excuses a second copy: where the policy is to send again. *)
Excuse(m, c) == IF Policy = "Resend" THEN [c EXCEPT ![m] = 0] ELSE c

Sent(o, m) ==
  /\ stage[o][m] = "sending"
  /\ Arrive(m)
  /\ stage' = Set(stage, o, m, "sent")
  /\ sending' = Set(sending, o, m, 0)
  /\ UNCHANGED << effect, row, fresh, age, watch, late, faults >>

(* Refused for certain: nothing has left, and the claim holds. *)
NotSent(o, m) ==
  /\ stage[o][m] = "sending"
  /\ stage' = Set(stage, o, m, "claimed")
  /\ sending' = Set(sending, o, m, 0)
  /\ Fault
  /\ UNCHANGED << effect, row, fresh, age, watch, late, copies, received, ids >>

(* No answer in time: it has arrived, or it has not. *)
OutcomeUnknown(o, m) ==
  /\ stage[o][m] = "sending"
  /\ stage' = Set(stage, o, m, "doubt")
  /\ sending' = Set(sending, o, m, 0)
  /\ \/ /\ received' = [received EXCEPT ![m] = @ \/ Id(m) \notin ids]
        /\ ids' = ids \cup { Id(m) }
        /\ copies' = Excuse(m, [copies EXCEPT ![m] = @ + 1])
     \/ /\ copies' = Excuse(m, copies)
        /\ UNCHANGED << received, ids >>
  /\ Fault
  /\ UNCHANGED << effect, row, fresh, age, watch, late >>

(* The end of a row that this owner holds.  The write goes by its ETag.   *)
(* If that is stale, the row has gone already by a write of mine whose    *)
(* answer was lost, or another has taken it over: no more affair of mine. *)
Conclude(o, m, state) ==
  IF fresh[o][m]
  THEN /\ Rewrite(m, state, None, FALSE)
       /\ late' = LateStale(m, late)
       /\ \/ Rest(o, m) /\ UNCHANGED faults
          \/ fresh' = Stale(m) /\ Fault /\ UNCHANGED << stage, age, sending >>   \* the answer is lost
  ELSE /\ UNCHANGED << row, watch, late, faults >>
       /\ Rest(o, m)

Delete(o, m) ==
  /\ stage[o][m] = "sent"
  /\ Conclude(o, m, "gone")
  /\ UNCHANGED << effect, copies, received, ids >>

(***************************************************************************)
(* In doubt, the policy decides.  To send again is to claim again: the     *)
(* lease begins anew.  To park is to leave the message to a human.         *)
(***************************************************************************)
Resolve(o, m) ==
  /\ stage[o][m] = "doubt"
  /\ IF Policy = "Resend" \/ Mutant = "UnknownSentAgain"
     THEN IF fresh[o][m] THEN SendClaim(o, m) /\ UNCHANGED << watch, sending, faults >>
                         ELSE Rest(o, m) /\ UNCHANGED << row, watch, late, faults >>
     ELSE Conclude(o, m, "parked")
  /\ UNCHANGED << effect, copies, received, ids >>

(***************************************************************************)
(* The sweep.  It looks at a row claimed by somebody else and counts, on   *)
(* its own clock, how long the row keeps the same ETag.  After a whole     *)
(* lease of that, the claim is over, whatever any other clock says.        *)
(***************************************************************************)
Look(o, m) ==
  /\ stage[o][m] = "none"
  /\ row[m].state = "claimed" /\ row[m].by # o
  /\ watch[o][m] = None
  /\ watch' = Set(watch, o, m, 0)
  /\ UNCHANGED << effect, row, stage, fresh, age, sending, late, copies, received, ids, faults >>

(* The claimant is alive and well within its lease. *)
Valid(m) ==
  \E o \in Owners : /\ row[m].by = o
                    /\ stage[o][m] \in {"claimed", "sending", "sent"}
                    /\ age[o][m] < Lease

TakeOver(o, m) ==
  /\ stage[o][m] = "none" /\ Mutant # "NoSweep"
  /\ row[m].state = "claimed" /\ row[m].by # o
  /\ \/ watch[o][m] = Lease
     \/ Mutant = "AnotherClock"          \* the row's timestamp by a clock that is a lease ahead
  /\ copies' = IF Valid(m) THEN copies ELSE Excuse(m, copies)
  /\ IF Policy = "Resend"
     THEN SendClaim(o, m)
     ELSE /\ stage' = Set(stage, o, m, "doubt")
          /\ fresh' = Set(fresh, o, m, TRUE)
          /\ UNCHANGED << row, age, late >>
  /\ watch' = Set(watch, o, m, None)
  /\ UNCHANGED << effect, sending, received, ids, faults >>

-----------------------------------------------------------------------------
(* A process dies.  The next one that lives here has another id.  What it *)
(* had begun to send is in doubt.                                         *)
Crash(o) ==
  LET by(x)  == IF x = o /\ Mutant # "OwnerIdOutlivesItsProcess" THEN Past ELSE x
      mine   == { [message |-> m, by |-> by(o), newest |-> TRUE] :
                  m \in { x \in Messages : stage[o][x] = "claiming" /\ fresh[o][x] } }
      others == { [r EXCEPT !.by = by(@)] : r \in late }
  IN
  /\ \E m \in Messages : stage[o][m] # "none"
  /\ row' = [m \in Messages |-> [row[m] EXCEPT !.by = by(@)]]
  /\ late' = IF Cardinality(others \cup mine) <= MaxLate THEN others \cup mine ELSE others
  /\ copies' = [m \in Messages |->
       IF Policy = "Resend" /\ stage[o][m] \in {"sending", "sent", "doubt"} THEN 0 ELSE copies[m]]
  /\ stage'   = [stage   EXCEPT ![o] = [m \in Messages |-> "none"]]
  /\ fresh'   = [fresh   EXCEPT ![o] = [m \in Messages |-> FALSE]]
  /\ age'     = [age     EXCEPT ![o] = [m \in Messages |-> 0]]
  /\ sending' = [sending EXCEPT ![o] = [m \in Messages |-> 0]]
  /\ watch'   = [watch   EXCEPT ![o] = [m \in Messages |-> None]]
  /\ Fault
  /\ UNCHANGED << effect, received, ids >>

(***************************************************************************)
(* A tick of every process's own monotonic clock.  The clocks need not     *)
(* agree on the time, only on how long a tick is.  A sender gives up when  *)
(* its time is out, so time does not pass over it.                         *)
(***************************************************************************)
Older(n) == IF n < Lease THEN n + 1 ELSE n

Tick ==
  /\ \A o \in Owners, m \in Messages : stage[o][m] = "sending" => sending[o][m] < SendTime
  /\ age' = [o \in Owners |-> [m \in Messages |->
       IF stage[o][m] \in {"claiming", "asking", "claimed", "sending", "sent"}
       THEN Older(age[o][m]) ELSE age[o][m]]]
  /\ sending' = [o \in Owners |-> [m \in Messages |->
       IF stage[o][m] = "sending" THEN sending[o][m] + 1 ELSE 0]]
  /\ watch' = [o \in Owners |-> [m \in Messages |->
       IF watch[o][m] = None THEN None ELSE Older(watch[o][m])]]
  /\ << age, sending, watch >>' # << age, sending, watch >>
  /\ IF \E o \in Owners, m \in Messages : stage[o][m] \notin {"none", "sending"}
     THEN Fault ELSE UNCHANGED faults     \* to be slow where there is something to do is a fault
  /\ UNCHANGED << effect, row, stage, fresh, late, copies, received, ids >>

Init ==
  /\ effect   = [m \in Messages |-> FALSE]
  /\ row      = [m \in Messages |-> [state |-> "absent", by |-> None, newest |-> FALSE]]
  /\ stage    = [o \in Owners |-> [m \in Messages |-> "none"]]
  /\ fresh    = [o \in Owners |-> [m \in Messages |-> FALSE]]
  /\ age      = [o \in Owners |-> [m \in Messages |-> 0]]
  /\ sending  = [o \in Owners |-> [m \in Messages |-> 0]]
  /\ watch    = [o \in Owners |-> [m \in Messages |-> None]]
  /\ late     = {}
  /\ copies   = [m \in Messages |-> 0]
  /\ received = [m \in Messages |-> FALSE]
  /\ ids      = {}
  /\ faults   = 0

Progress(o, m) ==
  \/ Write(o, m) \/ Claim(o, m) \/ ClaimCommits(o, m) \/ ClaimRefused(o, m) \/ AskClaim(o, m)
  \/ StartSending(o, m) \/ LetBe(o, m) \/ Sent(o, m) \/ Delete(o, m) \/ Resolve(o, m)
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

(* A row that nobody has claimed was never tried. *)
UnclaimedIsUntried == \A m \in Messages : row[m].state = "waiting" => copies[m] = 0 /\ ~received[m]

EveryMessageEndsSent ==
  \A m \in Messages : <>(row[m].state = "gone" \/ (Policy = "Park" /\ row[m].state = "parked"))

-----------------------------------------------------------------------------
(* What must be reachable, stated as if it were not. *)
NeverTakenOver == ~ \E o \in Owners, m \in Messages : watch[o][m] = Lease
NeverParkedThoughSent == ~ \E m \in Messages : row[m].state = "parked" /\ received[m]
NeverClaimedUnawares ==
  ~ \E o \in Owners, m \in Messages : row[m].state = "claimed" /\ row[m].by = o /\ stage[o][m] = "none"
NeverSentByTwo ==   \* under Resend a copy has come, and another owner is sending
  ~ \E o \in Owners, m \in Messages : stage[o][m] = "sending" /\ received[m]
NeverLeaseSpent == ~ \E o \in Owners, m \in Messages : stage[o][m] = "claimed" /\ age[o][m] = Lease
=============================================================================

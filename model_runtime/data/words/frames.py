"""Frames: sentences around a clause, for one hand, for both, for hands with different parts."""

from . import group

# {do} = clause with all that is added to it; {does} the same in the third person; {doing} as a gerund; {with} names the
# hands, {side} the one hand; {who} is somebody.
FRAMES = group(
    7 * "{do} {with} | " + "{with}, {do} | please {do} {with} | can you {do} {with}? | I want to {do} {with} |"
    "{who} {does} {with} | {who} {does} {with} | person {does} {with} |"
    "a hand animation of {doing} {with} | {doing} {with} |"
    "let the character {do} {with} | {with}, {who} {does} | an animation in which {who} {does} {with}",
    "could you please {do} {with}? | show me how to {do} {with} | here {who} {does} {with}",
)
ONE_HAND_FRAMES = group(
    "use your {side} hand to {do} | use the {side} hand to {do} | the {side} hand {does} | {do}, {side} hand |"
    "{side} hand: {do} | {who} uses the {side} hand to {do} | {doing}, {side} hand",
    "let the {side} hand {do} | {do}; only the {side} hand is needed",
)
BOTH_HANDS_FRAMES = group(
    "use both hands to {do} | both hands {do} | {do}, both hands | the left and the right hand {do} |"
    "{who} uses both hands to {do} | both hands: {do}",
    "let both hands {do}",
)
SILENT_FRAMES = group(
    "{do} | {do} | please {do} | {who} {does} | {doing} | can you {do}?", "show me how to {do} | could you please {do}?"
)
# Two hands with different parts: one does what {does} or, once the object is named, {thens} says, the other {holds} it.
ROLE_FRAMES = group(
    "{hold} with the {second} hand and {then} with the {lead} hand |"
    "{hold} with your {second} hand and {then} with your {lead} hand |"
    "{hold} with the {second} hand and {then} with the {lead} | one hand {holds} while the other hand {thens} |"
    "{hold} in the {second} hand and {then} with the {lead} hand |"
    "{do} with the {lead} hand while the {second} hand {holds_it} |"
    "{do} with the {lead} hand while the {second} one {holds_it} |"
    "{do} with the {lead} hand while the other hand {holds_it} |"
    "{do} with the {lead} hand and {hold_it} with the {second} hand |"
    "{do} with the {lead} hand, {holding_it} with the {second} hand |"
    "{bare} with the {lead} hand while the {second} hand {holds} |"
    "{bare} with the {lead} hand, {holding} with the {second} hand |"
    "the {second} hand {holds} while the {lead} hand {thens} |"
    "the {lead} hand {does} while the {second} hand {holds_it} |"
    "while the {second} hand {holds}, the {lead} hand {thens} |"
    "while the {second} hand {holds}, {then} with the {lead} hand |"
    "use the {second} hand to {hold} and the {lead} hand to {then} |"
    "{who} {holds} with the {second} hand and {thens} with the {lead} hand |"
    "{who} {does} with the {lead} hand while {holding_it} with the {second} hand |"
    "the {second} hand {holds}. The {lead} hand {thens} | {hold} with one hand and {then} with the other |"
    "with the {second} hand {holding}, {then} with the {lead} hand",
    "as the {second} hand {holds}, the {lead} hand {thens} |"
    "let the {second} hand {hold} and the {lead} hand {then} | one hand {holds}, the other hand {thens}",
)
# Long forms: {by} says where or how it is taken, {then} what is done. After a full stop a sentence of its own follows.
SEQUENCES = group(
    "*reach for {obj} {with}, *take {it} {by} and {then} | *reach for {obj} {with}, *grasp {it} {by} and {then} |"
    "*take {obj} {by} {with} and {then} | *grab {obj} {by} {with}, then {then} |"
    "*reach out {with}, *grasp {obj} {by} and {then} | first *take hold of {obj} {by} {with}, then {then} |"
    "*reach for {obj} {with}. *take hold of {it} {by} and {then} | *take {obj} {by} {with}. then {then} |"
    "*grab {obj} {by} {with} and {then}",
    "*go for {obj}, *grip {it} {by} and {then} {with} | *get hold of {obj} {by} {with}; after that {then}",
)
TOUCHES = group(  # the same where nothing is grasped
    "*reach for {obj} {with} and {then} | *reach out to {obj} {with} and {then} |"
    "*move to {obj} {with}, then {then} | first *reach for {obj} {with}, then {then} |"
    "*reach for {obj} {with}. then {then} | *touch {obj} {with} and {then}",
    "*go to {obj} {with} and {then}",
)

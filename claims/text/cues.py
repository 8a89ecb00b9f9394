"""English words that tell who says something, how surely, and where their part of a sentence ends."""

IRREGULAR = {
    "say": ("says", "said", "saying"),
    "tell": ("tells", "told", "telling"),
    "deny": ("denies", "denied", "denying"),
    "reply": ("replies", "replied", "replying"),
    "testify": ("testifies", "testified", "testifying"),
    "write": ("writes", "wrote", "writing"),
    "swear": ("swears", "swore", "swearing"),
    "speak": ("speaks", "spoke", "speaking"),
    "think": ("thinks", "thought", "thinking"),
    "find": ("finds", "found", "finding"),
    "show": ("shows", "showed", "showing"),
    "admit": ("admits", "admitted", "admitting"),
    "foresee": ("foresees", "foresaw", "foreseeing"),
    "understand": ("understands", "understood", "understanding"),
    "make": ("makes", "made", "making"),
}


def forms(verbs: str) -> frozenset[str]:
    """Every form of these verbs: says, said, saying, say."""
    found: set[str] = set()
    for verb in verbs.split():
        stem = verb.removesuffix("e")
        regular = (verb + ("es" if verb.endswith(("sh", "ss")) else "s"), stem + "ed", stem + "ing")
        found.update(IRREGULAR.get(verb, regular), (verb,))
    return frozenset(found)


def words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# What follows may be a bare clause or a thing: "said it was small", "announced a plan".
SAYING = forms("""
    say claim warn tell add announce confirm deny insist allege admit state declare report stress explain predict
    concede acknowledge assert contend reiterate remark reply respond promise vow pledge threaten assure inform
    testify write note argue complain boast hint tweet swear caution recall repeat purport propose unveil outline
    describe accuse believe think estimate expect fear suspect assess forecast foresee calculate quote cite speak
    rumour rumor
""")
# These say something only with "that" behind them, or where a paper is the subject.
SHOWING = forms("""
    maintain suggest indicate show reveal find conclude agree detail predict contain demand urge learn understand
    rule
""")
# ... or with what stands here.
WITH_PARTICLE = {form: "out" for form in forms("point") | {"sets", "lays"}} | {form: "clear" for form in forms("make")}
WITH_THING = {form: "fear fears concern concerns hope hopes doubt doubts" for form in forms("express voice")}
WITH_WHAT = {form: "what" for form in forms("publish")}
WITH_OF = forms("speak")
TOLD_SOMEONE = forms("tell assure inform warn promise")
OF = {form: words("of about against for") for form in forms("warn speak complain boast hint write") | {"clear"}}

# Forms that are as often a noun: "the state", "two claims", "its fears".
NOUNS = words("""
    claim claims report reports state states fear fears promise promises pledge pledges threat note notes estimate
    estimates forecast forecasts hint hints stress remark remarks reply replies boast repeat warning warnings
    thought contents detail details show shows find finding findings demand demands outline outlines quote rumour
    rumours rumor rumors writing understanding suspect suspects cite point points makes make tweet tweets feeling
    respond recall voice express meaning
""")
TELLING_NOUNS = words("""
    claim claims report reports warning warnings fear fears allegation allegations assertion assertions statement
    statements suggestion suggestions rumour rumours rumor rumors accusation accusations denial denials
    announcement belief beliefs
""")

# Passive voice: "is said to", "it was reported that".
HEARD = words("""
    said claimed reported alleged believed thought understood rumoured rumored purported estimated suspected
    feared
""")
HEDGING = forms("claim allege purport rumour rumor")
HEDGES = words("""
    reportedly allegedly apparently purportedly supposedly seemingly ostensibly alleged purported supposed
    so-called presumably
""")
HEDGING_NOUNS = words("""
    claim claims allegation allegations rumour rumours rumor rumors report reports assertion assertions accusation
    accusations
""")

BE = words("""
    is are was were be been being isn't wasn't aren't weren't isn’t wasn’t aren’t weren’t 's ’s 're ’re 'm ’m
""")
NOT = words("""
    not never neither didn't doesn't don't didn’t doesn’t don’t hasn't haven't hadn't hasn’t haven’t hadn’t cannot
""")
MODALS = words("""
    will would can could may might must shall should won't wouldn't can't couldn't won’t wouldn’t can’t couldn’t 'll ’ll
""")
AUXILIARIES = BE | NOT | words("has have had having do does did 've ’ve 'd ’d")
ADVERBS = words("""
    also later earlier once again since then now just already ever still even often always thus further too first
    soon only today yesterday
""")
# "went on to say", "refused to confirm"
LEADING_TO = words("on continued continues refused refuses declined declines failed fails")

SUBJECTS = words("he she they it we i you")
OBJECTS = words("him her them us me you it")
DETERMINERS = words("""
    the a an its his her their our my this that these those some any no one two several many
""")
RELATIVE = words("who which that whom")
PREPOSITIONS = words("""
    in on at by for from with during after before since until to of about over under near into through amid
    despite within against between among around behind across towards toward as via per without outside inside
    like
""")
CONJUNCTIONS = words("""
    that which who whom whose what while whilst but because when if although though where whether than or how why
    so yet as amid despite after before since until unless and
""")
PAST_VERBS = words("""
    spoke went came took made gave met held left began saw knew got put sent led won lost became ran fled fell
    stands works goes comes wants needs gets takes makes gives remains lies stood sat sits shot struck hit grew
    kept found set rose
""")
DAYS = words("""
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december jan feb mar apr jun jul aug sep sept oct nov dec spring summer autumn fall
    winter morning afternoon evening night noon midnight mid-january christmas
""")
TIMES = DAYS | words("""
    yesterday today tonight earlier later recently again repeatedly separately last this week month year weekend
""")
PLACES_OF_SPEECH = words("""
    statement interview briefing speech address meeting conference post letter message reporters journalists
    parliament television tv radio telegram twitter lawmakers deputies conference video text article broadcast
    communique session turn part
""")
INTERJECTIONS = words("yes no well oh now so")
OF_PAPERS = words("seen published obtained dated released leaked issued cited quoted")
TELLING = forms("tell assure inform")

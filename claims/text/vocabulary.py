"""English words by what they do in a sentence: general lists, written by hand, counted from no data.

A word may stand in several lists; a hyphen joins a phrase of two words that is read as one.
"""

LISTS: dict[str, str] = {
    # Who speaks, and of whom.
    "i": "i me my mine myself",
    "you": "you your yours yourself yourselves",
    "he": "he she his her hers him himself herself",
    "they": "they their theirs them themselves",
    # Figures and times.
    "figure": """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds
        thousand thousands million millions billion billions trillion trillions dozen dozens half quarter twice""",
    "large": "thousand thousands million millions billion billions trillion trillions",
    "percent": "percent percentage pct per-cent",
    "money": "dollar dollars euro euros pound pounds cent cents ruble rubles rouble roubles yuan yen",
    "ordinal": "first second third fourth fifth sixth seventh eighth ninth tenth last",
    "date": """january february March april May june july august september october november december monday
        tuesday wednesday thursday friday saturday sunday spring autumn""",
    "time unit": """year years month months week weeks day days hour hours decade decades century centuries
        quarter""",
    "past time": """ago since previously formerly earlier yesterday recently already ever before lately
        recent past last-year last-week last-month last-night""",
    "statistic": """rate rates average median total number numbers level levels share majority minority ratio
        figure figures population income incomes growth deficit deficits surplus debt unemployment inflation
        poverty gdp output production exports imports wage wages salary salaries premium premiums price prices
        cost costs proportion estimate estimates census turnout casualties""",
    "more": """more less fewer higher lower larger smaller greater better worse than faster bigger above
        below twice""",
    "most": """most least highest lowest largest biggest smallest worst record history fastest strongest
        single only unprecedented ever""",
    # Matters of public record.
    "economy": """tax taxes budget budgets spending economy job jobs business businesses trade tariff tariffs
        bank banks market markets industry industries loan loans mortgage mortgages recession depression revenue
        revenues subsidy subsidies profit profits pension pensions payroll fund funds funding bonds currency
        employment layoffs manufacturing investment investments steel""",
    "welfare": """medicare medicaid insurance hospital hospitals doctors patients school schools teachers
        students college colleges education welfare housing healthcare health drugs prescription tuition benefits
        seniors homeless uninsured classrooms""",
    "energy": """oil gas coal nuclear energy pollution emissions carbon climate environment pipeline
        electricity uranium gasoline drilling solar wind""",
    "institution": """congress senate house parliament court courts government administration department
        agency ministry committee commission council federal party parties union nato un eu cabinet republicans
        democrats republican democrat democratic legislature treasury pentagon police army navy embassy company
        companies bank university bureau assembly kremlin opposition coalition""",
    "office": """president governor senator minister secretary congressman mayor ambassador general
        chancellor chairman vice spokesman spokeswoman spokesperson official officials commander chief director
        leader leaders prosecutor judge""",
    "law": """law laws bill bills act amendment treaty treaties agreement agreements legislation resolution
        constitution sanctions ban accord pact decree ruling veto reform policy code statute order""",
    "armed": """troops troop soldiers soldier army armies navy forces force missile missiles weapon weapons
        tank tanks nuclear warheads bombs bomb bomber bombers guard guards border borders military battalion
        brigade brigades division divisions drones drone artillery convoy militia fighters aircraft ships
        submarines reservists volunteers armed rockets shells airspace defence defense men""",
    "conflict": """war wars attack attacks attacked invasion invaded invade offensive terrorists terrorist
        terrorism killed kill killing died deaths dead wounded casualties hostages hostage rebels coup crime
        crimes murder prison jail arrested bombing occupied occupation incursion captured shelling sanctions
        genocide""",
    # What was done, said or planned.
    "change": """increase increased increases increasing decrease decreased decreases rise rose risen rising
        fall fell fallen falling grow grew grown growing grows drop dropped drops dropping cut cuts cutting
        double doubled doubling triple tripled quadrupled raise raised raises raising lower lowered reduce
        reduced reduces reducing reduction lose lost losing gain gained gains add added adds create created
        creating creates expand expanded expanding shrink shrank shrunk declined decline declining climbed climbs
        soared plunged slashed improved worsened
       """,
    "act": """voted passed signed vetoed proposed opposed supported introduced appointed elected nominated
        endorsed approved rejected enacted repealed promised pledged launched banned ordered sent sold bought
        built paid gave fought refused agreed ended started began established announced ratified negotiated
        withdrew deployed massed balanced sponsored cosponsored filed sued indicted convicted investigated fired
        resigned served allowed blocked funded spent borrowed invested doubled closed opened moved imposed lifted
        destroyed seized provided gotten used ran won lost left stationed mobilised mobilized voting votes vote
        leaked obtained annexed crossed handed signed-off""",
    "past": """was were had did went took came made got saw became knew found kept held brought put stood met
        led heard wrote set spoke thought wanted tried felt lived worked asked turned followed changed showed
        happened received needed stayed failed decided been""",
    "has": "has have having",
    "stance": """against oppose opposes opposing opposition support supports supporting favors favours vote
        votes voting""",
    "speech": """lied lies said says told claimed claims warned warns announced announces called stated
        states denied denies reported reports confirmed confirms accused accuses alleged alleges argued argues
        testified insisted insists declared declares estimates estimated predicted promised suggested asserted
        revealed disclosed admitted""",
    "hearsay": """reportedly allegedly alleged supposedly purported purportedly claimed rumoured rumored
        apparently leaked""",
    "source": """according report reports study studies survey poll polls evidence documents document data
        statistics figures testimony intelligence investigation analysis newspaper newspapers times journal
        article book census magazine interview records""",
    "plan": """plan plans planned planning proposal proposals program programs programme scheme strategy aims
        intends""",
    # How it is said.
    "opinion": """think believe feel hope want wish guess suppose prefer love trust care agree disagree favor
        favour doubt mean consider regret wonder believes thinks admire respect hopes""",
    "should": "should must ought need needs have-to has-to supposed had-better got-to need-to",
    "will": "will shall won't gonna going-to about-to",
    "would": "would could might may can cannot able",
    "if": "if unless whether otherwise would-have suppose",
    "valued": """good bad great wrong important right terrible wonderful beautiful sad proud fair honest
        decent tough fine nice best serious real big hard ridiculous outrageous disgrace disaster tremendous
        incredible responsible respect honor honour values moral faith dream hope wise unfair tragic horrible
        glad happy sorry interesting true false fundamental essential necessary difficult""",
    "hedge": """perhaps maybe probably possibly apparently presumably seems seem seemed appears appeared
        likely unlikely sort-of kind-of most-likely""",
    "not": "not no never none nobody nothing neither nor without no-one cannot",
    "wh": "what why how who whom whose where when",
    "courtesy": """thank thanks hello welcome please sorry congratulations
        excuse goodbye applause pleased delighted""",
    "aside": """well look listen okay ok yes yeah no uh um oh now let's you-know i-mean of-course
        frankly""",
    "instruction": """let look listen consider take see read tell ask go come remember imagine note try keep
        make give wait stop think click check call send put turn use add press follow sign subscribe share
        visit watch contact register download avoid""",
}

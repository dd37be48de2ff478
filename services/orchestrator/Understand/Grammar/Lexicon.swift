import Contracts

/// The closed classes of words that the grammars read, folded, of all three languages together: guests mix them, and few words collide. Those that
/// do are listed apart and read by the message's language.
enum Lexicon {
    static func set(_ words: String) -> WordSet { WordSet(words) }

    private static func numbered(from first: Int, _ lists: String...) -> WordTable<Int> {
        var table: [String: Int] = [:]
        for list in lists {
            for (index, word) in list.split(separator: " ").enumerated() where word != "_" {
                table[String(word)] = first + index
            }
        }
        return WordTable(table.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    // MARK: Numbers

    static let cardinals: WordTable<Int> = numbered(
        from: 1,
        """
        uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete dieciocho \
        diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete veintiocho veintinueve \
        treinta
        """,
        """
        one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen \
        eighteen nineteen twenty _ _ _ _ _ _ _ _ _ thirty
        """,
        """
        um dois tres quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis dezessete dezoito \
        dezenove vinte _ _ _ _ _ _ _ _ _ trinta
        """,
        "un duas _ _ _ _ _ _ _ _ _ _ _ catorze _ dezasseis dezassete _ dezanove",
        "una _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ veintiun", "uma")

    static let tens = WordTable([
        ("veinte", 20), ("treinta", 30), ("twenty", 20), ("thirty", 30), ("vinte", 20), ("trinta", 30),
    ])

    /// "dos" is Portuguese for "of the", "once" English for "one time".
    static let notNumbers: [Language: WordSet] = [.portuguese: set("dos doce un"), .english: set("once doce")]

    static let ordinals: WordTable<Int> = numbered(
        from: 1,
        """
        first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth \
        sixteenth seventeenth eighteenth nineteenth twentieth _ _ _ _ _ _ _ _ _ thirtieth
        """,
        "primero segundo tercero cuarto quinto sexto septimo octavo noveno decimo",
        "primera segunda tercera cuarta quinta sexta septima octava novena decima",
        "primeiro _ terceiro quarto _ _ setimo oitavo nono", "primeira _ terceira quarta _ _ setima oitava nona",
        "primer _ tercer")

    static let ordinalSuffixes = set("st nd rd th o a ro ra do da er ero era")
    static let englishOrdinalSuffixes = set("st nd rd th")

    // MARK: Days

    static let months: WordTable<Int> = numbered(
        from: 1, "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "january february march april may june july august september october november december",
        "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
        "ene feb mar abr may jun jul ago sep oct nov dic", "jan fev mar apr mai june july aug sept out _ dez",
        "_ _ _ _ _ _ _ _ set _ _ dec", "_ febr _ _ _ _ _ _ setiembre")

    /// Words besides a month's name: only a day before them makes them months.
    static let monthsAfterDayOnly = set("out set ago dez mai")

    static let weekdays: WordTable<Int> = numbered(
        from: 1, "lunes martes miercoles jueves viernes sabado domingo",
        "monday tuesday wednesday thursday friday saturday sunday", "segunda terca quarta quinta sexta _ _",
        "mondays tuesdays wednesdays thursdays fridays saturdays sundays", "_ tues _ thurs")

    /// Read only inside a range, or after "next", "this", "on", "until".
    static let shortWeekdays: WordTable<Int> = numbered(
        from: 1, "mon tue wed thu fri sat sun", "lun _ mie jue vie sab dom", "seg _ qua qui")

    /// Portuguese weekdays that are ordinals as well.
    static let ordinalWeekdays = set("segunda terca quarta quinta sexta")

    static let nextBefore = set("proximo proxima prox next coming")
    static let thisBefore = set("este esta this nesta neste essa esse nessa nesse")
    static let weekends = set("finde weekend finsemana fds findi")

    // MARK: Stays

    static let openers = set("from del desde de do da das entre between dos dias")
    static let connectors = set("al a ao hasta ate to until til till through thru - ~")
    static let untils = set("hasta ate until til till through thru")
    static let dateArticles = set("el la los o the dia dias on em no na day")
    static let nightWords = set("noche noches night nights noite noites nts nte ntes nites nite")
    static let weekWords = set("semana semanas week weeks")
    static let dayWords = set("dia dias day days")
    static let moreWords = set("mas more extra mais additional adicional adicionales adicionais")
    static let anotherWords = set("otra otro another outra outras otras")
    static let leaveWords = set(
        """
        salida salgo salimos saldria saldriamos salir vamos voy irnos irme out checkout leave leaving depart departing departure \
        saida saio saimos sair embora partida regreso volvemos devuelta returning retorno
        """)

    // MARK: People and rooms

    static let people = set(
        """
        persona personas person persons people adulto adultos adult adults huesped huespedes guest guests pessoa \
        pessoas hospede hospedes pax pers ppl pess adultas adulta
        """)
    static let adultWords = set("adulto adultos adult adults adultas adulta mayores")
    static let children = set(
        """
        nino ninos nina ninas hijo hijos hija hijas menor menores peque peques nene nenes nena nenas chico chicos chiquito \
        chiquitos bebe bebes child children kid kids kiddo toddler toddlers baby babies infant infants son sons daughter \
        daughters boy boys girl girls crianca criancas filho filhos filha filhas menino meninos menina meninas miudo miudos \
        chamaco chamacos guagua guaguas
        """)
    static let ageUnits = set("ano anos year years yo yrs yr old mes meses month months anitos aninhos")
    static let monthUnits = set("mes meses month months")
    static let partners = set(
        """
        marido esposo esposa mujer novio novia pareja husband wife girlfriend boyfriend partner fiance fiancee spouse \
        mulher namorado namorada noivo noiva companheiro companheira companero companera madre padre mama papa hermano \
        hermana amigo amiga mother father mum mom dad sister brother friend mae pai irmao irma
        """)
    static let couples = set("pareja couple casal")
    static let possessives = set("mi my meu minha")
    static let alone = set("solo sola sozinho sozinha alone myself solito solita")
    static let weAre = set(
        "somos seremos seriamos vamos iremos iriamos estaremos viajamos vendremos vendriamos seriam serao")
    static let forWords = set("para for pra p por x")

    static let rooms = set(
        """
        habitacion habitaciones cuarto cuartos pieza piezas recamara recamaras room rooms quarto quartos hab habs habit \
        alcoba alcobas dormitorio dormitorios apartamento apartamentos suites habitacao
        """)

    static let categories = named([
        ("single", "individual individuales individuais sencilla sencillas single singles solteiro"),
        ("double", "doble dobles double doubles duplo duplos dupla duplas matrimonial matrimoniales matrimonio dbl"),
        ("twin", "twin twins"), ("superior", "superior superiores superiors superieur"),
        ("family", "familiar familiares triple triples triplo tripla quadruple cuadruple quadrupla quadruplo"),
        ("suite", "suite suites suit"),
    ])
    /// Common words that name a category only beside a room or an article.
    static let categoriesBesideRoom = named([
        ("single", "simple simples"), ("double", "casal king queen"), ("family", "familia family"),
        ("twin", "gemelas gemela gemelos"),
    ])

    private static func named(_ rows: [(String, String)]) -> WordTable<String> {
        WordTable(rows.flatMap { name, words in words.split(separator: " ").map { (String($0), name) } })
    }

    static let beds = set("cama camas bed beds")

    /// What makes the number before it a count, a time or a price, and no day.
    static let units = [
        people, children, rooms, nightWords, weekWords, dayWords, ageUnits, beds, couples,
        set(
            """
            h hs hrs hr hora horas hour hours am pm min minutos minutes euro euros eur € $ dolares dollars usd reais pesos % º \
            : estrellas stars estrelas veces times vezes coches cars carros km metros plazas of
            """),
    ].reduce(WordSet("")) { $0.union($1) }

    /// "The 3rd floor", "the second option": an ordinal that counts things.
    static let orderedThings = set(
        """
        floor option one choice room time night person piso planta opcion vez noche persona andar opcao noite pessoa line \
        linea habitacion quarto cuarto
        """)

    /// Words of the tables above that are no guest's name, as some months and weekdays are.
    static let known: WordSet = {
        let sets = [
            people, children, partners, couples, alone, weAre, rooms, beds, nightWords, weekWords, dayWords, moreWords,
            leaveWords, untils, nextBefore, thisBefore, weekends,
        ]
        let tables = [cardinals, months, weekdays, ordinals]
        let names = set("abril april may june julio juan sol angel domingo segundo august augusto mayo sexta")
        let words = sets.flatMap(\.words) + tables.flatMap(\.words) + categories.words
        return WordSet(words.filter { !names.contains($0) }.joined(separator: " "))
    }()
}

"""Names and titles: invented, in many spellings, so that nobody real is meant."""

FIRST_NAMES = tuple(
    ["Ada", "Wei", "Maria", "Juan", "Fatima", "Ahmed", "Yuki", "Hana", "Ivan", "Olga", "Priya", "Ravi", "Chen", "Li", "Jing", "Hao", "Min", "Ji-woo", "Sofia", "Luca", "Emma", "Noah", "Lars", "Ingrid", "Pierre", "Claire", "Hans", "Greta", "Anna", "Pedro", "Lucía", "Mateo", "Amara", "Kwame", "Zanele", "Thabo", "Ngozi", "Chidi", "Leila", "Omar", "Yusuf", "Ayşe", "Mehmet", "Elif", "Dmitri", "Natalia", "Marek", "Zofia", "Petra", "Tomáš", "Eszter", "Gábor", "Ioana", "Andrei", "Nikos", "Eleni", "David", "Sarah", "Michael", "Grace", "Aroha", "Tane", "Siti", "Budi", "Linh", "Minh", "Somchai", "Ananya", "Arjun", "Nimal", "Kamala", "Tenzin", "Bat", "Aigul", "Daniyar", "José", "Camila"]
)
LAST_NAMES = tuple(
    ["Abe", "Adeyemi", "Ahmadi", "Ali", "Almeida", "Andersen", "Banerjee", "Baran", "Barbosa", "Becker", "Bello", "Berg", "Bianchi", "Borges", "Bruno", "Cabrera", "Castillo", "Chang", "Chen", "Choi", "Cohen", "Costa", "Cruz", "Das", "De", "Jong", "Diallo", "Dimitrov", "Dubois", "Eriksen", "Farah", "Fernandes", "Fischer", "Flores", "Fontaine", "Garcia", "Georgiou", "Gomez", "Gupta", "Haddad", "Hansen", "Hashimoto", "Hassan", "Hernández", "Hoang", "Horvat", "Huang", "Hussein", "Ibrahim", "Ito", "Ivanova", "Jansen", "Jensen", "Jovanović", "Kamau", "Kang", "Kaplan", "Kaya", "Khan", "Kim", "Kovács", "Kowalski", "Kumar", "Larsson", "Lee", "Leroy", "Li", "Lin", "Liu", "Lopez", "Ma", "Mahlangu", "Mancini", "Martin", "Mehta", "Mensah", "Mokoena", "Moreau", "Moreno", "Müller", "Nakamura", "Nguyen", "Nielsen", "Novak", "Nwosu", "Okafor", "Oliveira", "Omar", "Ortiz", "Park", "Patel", "Pereira", "Petrov", "Pham", "Popescu", "Rahman", "Ramos", "Reddy", "Rossi", "Roy", "Saito", "Sánchez", "Santos", "Sato", "Schmidt", "Shah", "Sharma", "Silva", "Singh", "Smirnov", "Smit", "Sokolov", "Suzuki", "Svoboda", "Tan", "Tanaka", "Tran", "Türk", "Usman", "Vargas", "Virtanen", "Vogel", "Wang", "Weber", "Wong", "Wu", "Yamamoto", "Yang", "Yılmaz", "Zhang", "Zhao", "Zhou"]
)
TITLE_OPENINGS = (
    "On", "Learning", "A survey of", "Towards", "Rethinking", "Scalable", "Robust", "A note on", "Benchmarking", "Advances in",
    "Limits of", "A new approach to", "Understanding", "Fast algorithms for", "Open problems in", "Lessons from",
)  # fmt: skip
TITLE_ENDINGS = (
    "", " in practice", " under uncertainty", " at scale", " with few examples", ": a comparative study", " revisited",
    ": theory and experiments", " for resource-limited settings", " across languages", ": a case study", " in the wild",
    " with side information", ": evidence from the field", " by simulation", " from noisy data",
)  # fmt: skip
ABSTRACT_WORDS = (
    ["We", "study", "a", "problem", "that", "is", "simple", "to", "state", "and", "hard", "to", "solve", "in", "practice"],
    ["This", "paper", "proposes", "a", "method", "and", "compares", "it", "with", "strong", "baselines", "on", "public", "data"],
    ["The", "results", "show", "that", "the", "gain", "depends", "on", "the", "size", "of", "the", "sample"],
    ["An", "empirical", "study", "of", "design", "choices", "and", "of", "what", "they", "cost"],
)
KEYWORDS = (
    "Benchmark (surveying)", "Baseline (sea)", "Generalization", "Scalability", "Interpretability", "Categorization", "Sample (material)",
    "Key (lock)", "Leverage (statistics)", "Embedding", "Encoder", "Transformer", "Graph", "Probabilistic logic", "Reinforcement",
    "Simulation", "Heuristic", "Bottleneck", "Fuse (electrical)", "Modality (human–computer interaction)",
)  # fmt: skip

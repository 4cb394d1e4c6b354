"""The labels of trajectories in words; a sentence names one only with its P."""

from isthmus.trajectories.labels import KD, KI, SC, SD

LABEL_MEANINGS = {
    SC: "collaboration and knowledge exchange both rise beyond what size explains",
    SD: "both fall behind what size explains",
    KI: "knowledge exchange grows while collaboration falls",
    KD: "knowledge exchange falls while collaboration stays",
}

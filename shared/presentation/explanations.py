"""What PyCM's statistics mean, in one line each, grouped as the report shows them."""

from typing import NamedTuple


class Explanation(NamedTuple):
    """A statistic's readable name and meaning; `pair` joins the halves of a value that has two."""

    title: str
    meaning: str
    pair: str = "{} to {}"


class Group(NamedTuple):
    """Statistics that answer one kind of question, by the name that PyCM gives them."""

    title: str
    statistics: dict[str, Explanation]


_E = Explanation

CLASS_GROUPS = (
    Group(
        "Main figures",
        {
            "PPV": _E("Precision", "Of the samples predicted as this class, the share that belongs to it."),
            "TPR": _E("Recall", "Of the samples that belong to this class, the share that was found."),
            "F1": _E("F1 score", "Harmonic mean of precision and recall."),
            "TNR": _E("Specificity", "Of the samples of other classes, the share that was kept out."),
            "ACC": _E("Accuracy", "Share of samples judged rightly when only “this class or not” is asked."),
            "MCC": _E("Matthews correlation", "Correlation of actual and predicted membership, from −1 to 1."),
            "AUC": _E("Area under ROC", "Mean of recall and specificity: the ROC area of a single threshold."),
        },
    ),
    Group(
        "Counts",
        {
            "TP": _E("True positives", "Samples of this class predicted as this class."),
            "FP": _E("False positives", "Samples of other classes predicted as this class."),
            "FN": _E("False negatives", "Samples of this class predicted as another one."),
            "TN": _E("True negatives", "Samples of other classes not predicted as this class."),
            "P": _E("Condition positive", "Samples that belong to this class (its support)."),
            "N": _E("Condition negative", "Samples that belong to other classes."),
            "TOP": _E("Predicted positive", "Samples predicted as this class."),
            "TON": _E("Predicted negative", "Samples predicted as another class."),
            "POP": _E("Population", "All samples."),
        },
    ),
    Group(
        "Rates",
        {
            "NPV": _E("Negative predictive value", "Of the samples not predicted as this class, the share outside it."),
            "FPR": _E("False positive rate", "Of the samples of other classes, the share predicted as this one."),
            "FNR": _E("False negative rate", "Of the samples of this class, the share that was missed."),
            "FDR": _E("False discovery rate", "Of the samples predicted as this class, the share outside it."),
            "FOR": _E(
                "False omission rate", "Of the samples not predicted as this class, the share that belongs to it."
            ),
            "ERR": _E("Error rate", "One minus the accuracy of this class."),
            "PRE": _E("Prevalence", "Share of all samples that belong to this class."),
            "PR": _E("Positive rate", "Condition positive over population; equal to the prevalence."),
            "TOPR": _E("Predicted positive rate", "Share of all samples predicted as this class."),
        },
    ),
    Group(
        "F scores and balanced means",
        {
            "F0.5": _E("F0.5 score", "F score that counts precision twice as important as recall."),
            "F2": _E("F2 score", "F score that counts recall twice as important as precision."),
            "AGF": _E("Adjusted F score", "Geometric mean of F2 and the F0.5 of the class turned inside out."),
            "G": _E("G-measure", "Geometric mean of precision and recall."),
            "GM": _E("G-mean", "Geometric mean of recall and specificity."),
            "AGM": _E("Adjusted G-mean", "G-mean that leans towards specificity when the class is rare."),
            "OP": _E("Optimised precision", "Accuracy minus a penalty for recall and specificity being apart."),
            "IBA": _E("Balanced accuracy index", "Recall times specificity, weighted up where recall is the larger."),
            "AUPR": _E("Area under PR", "Mean of precision and recall: the PR area of a single threshold."),
        },
    ),
    Group(
        "Informedness and association",
        {
            "BM": _E("Informedness", "Recall plus specificity minus one; 0 is guessing."),
            "MK": _E("Markedness", "Precision plus negative predictive value minus one; 0 is guessing."),
            "Y": _E("Youden index", "The same value as informedness."),
            "GI": _E("Gini index", "Twice the area under ROC minus one."),
            "Q": _E("Yule’s Q", "Odds ratio rescaled to lie between −1 and 1."),
            "ICSI": _E("Class success index", "Precision plus recall minus one."),
            "AUCI": _E("Reading of AUC", "The area under ROC in words."),
            "MCCI": _E("Reading of MCC", "The Matthews correlation in words."),
            "QI": _E("Reading of Q", "Yule’s Q in words."),
        },
    ),
    Group(
        "Likelihood and diagnostic figures",
        {
            "PLR": _E("Positive likelihood ratio", "How much a positive prediction raises the odds of this class."),
            "NLR": _E("Negative likelihood ratio", "The factor that a negative prediction leaves of these odds."),
            "DOR": _E("Diagnostic odds ratio", "Positive over negative likelihood ratio."),
            "DP": _E("Discriminant power", "Scaled sum of the log odds of recall and of specificity."),
            "LS": _E("Lift", "Precision over prevalence; 1 is guessing."),
            "IS": _E("Information score", "Binary logarithm of the lift, in bits."),
            "PLRI": _E("Reading of PLR", "The positive likelihood ratio in words."),
            "NLRI": _E("Reading of NLR", "The negative likelihood ratio in words."),
            "DPI": _E("Reading of DP", "The discriminant power in words."),
        },
    ),
    Group(
        "Similarity and distance",
        {
            "J": _E("Jaccard index", "Overlap of actual and predicted members over their union."),
            "OC": _E("Overlap coefficient", "Overlap over the smaller of the two sets."),
            "BB": _E("Braun-Blanquet similarity", "Overlap over the larger of the two sets."),
            "OOC": _E("Otsuka-Ochiai coefficient", "Overlap over the geometric mean of the two sizes."),
            "sInd": _E("Similarity index", "One minus the distance index over the square root of two."),
            "dInd": _E("Distance index", "Distance from the perfect point, recall 1 and specificity 1."),
            "HD": _E("Hamming distance", "Samples judged wrongly: false positives plus false negatives."),
            "AM": _E("Predicted minus actual", "Above zero, the class is predicted too often; below, too rarely."),
            "BCD": _E("Bray-Curtis dissimilarity", "Size of predicted minus actual, over twice the population."),
        },
    ),
    Group(
        "Confusion entropy and chance",
        {
            "CEN": _E("Confusion entropy", "How widely this class’s mistakes are spread over the other classes."),
            "MCEN": _E(
                "Modified confusion entropy", "Confusion entropy that counts the right answers once, not twice."
            ),
            "RACC": _E("Random accuracy", "Agreement expected if predictions were drawn at their own rate."),
            "RACCU": _E("Unbiased random accuracy", "Agreement expected if both sides were drawn at their mean rate."),
        },
    ),
)

OVERALL_GROUPS = (
    Group(
        "Main figures",
        {
            "Overall ACC": _E("Accuracy", "Share of all samples predicted rightly."),
            "95% CI": _E(
                "95% interval of accuracy", "Where the accuracy lies with 95% confidence (normal approximation)."
            ),
            "PPV Macro": _E("Macro precision", "Mean of the classes’ precisions, each class counting the same."),
            "TPR Macro": _E("Macro recall", "Mean of the classes’ recalls; also called balanced accuracy."),
            "F1 Macro": _E("Macro F1", "Mean of the classes’ F1 scores."),
            "Overall MCC": _E(
                "Matthews correlation", "Correlation of actual and predicted class, at most 1; 0 is guessing."
            ),
            "Kappa": _E("Cohen’s kappa", "Agreement beyond what chance alone would give; 0 is chance, 1 is perfect."),
            "AUNU": _E("Mean area under ROC", "Mean of the classes’ areas, each class counting the same."),
            "AUNP": _E("Weighted area under ROC", "Mean of the classes’ areas, weighted by how frequent they are."),
            "NIR": _E("No-information rate", "Accuracy of always answering the most frequent class."),
            "P-Value": _E(
                "P-value", "Chance of this accuracy at the no-information rate; not given for large samples."
            ),
        },
    ),
    Group(
        "Micro and macro averages",
        {
            "ACC Macro": _E("Macro accuracy", "Mean of the classes’ “this class or not” accuracies."),
            "TNR Macro": _E("Macro specificity", "Mean of the classes’ specificities."),
            "NPV Macro": _E("Macro NPV", "Mean of the classes’ negative predictive values."),
            "FPR Macro": _E("Macro false positive rate", "One minus the macro specificity."),
            "FNR Macro": _E("Macro false negative rate", "One minus the macro recall."),
            "PPV Micro": _E("Micro precision", "Precision over all classes pooled; equal to the accuracy."),
            "TPR Micro": _E("Micro recall", "Recall over all classes pooled; equal to the accuracy."),
            "F1 Micro": _E("Micro F1", "F1 over all classes pooled; equal to the accuracy."),
            "TNR Micro": _E("Micro specificity", "Specificity over all classes pooled."),
            "NPV Micro": _E("Micro NPV", "Negative predictive value over all classes pooled."),
            "FPR Micro": _E("Micro false positive rate", "One minus the micro specificity."),
            "FNR Micro": _E("Micro false negative rate", "One minus the micro recall."),
            "CBA": _E(
                "Class balance accuracy", "Mean of the right answers over the larger of support and predictions."
            ),
            "CSI": _E("Classification success index", "Mean over the classes of precision plus recall minus one."),
            "Overall J": _E("Jaccard index", "The classes’ Jaccard indices.", "sum {}, mean {}"),
            "RR": _E("Global performance index", "Samples per class: the population over the number of classes."),
        },
    ),
    Group(
        "Errors and uncertainty",
        {
            "Standard Error": _E("Standard error", "Standard error of the accuracy."),
            "Hamming Loss": _E("Hamming loss", "Share of all samples predicted wrongly."),
            "Zero-one Loss": _E("Zero-one loss", "Number of samples predicted wrongly."),
            "Kappa Standard Error": _E("Standard error of kappa", "How far kappa would scatter over repeated samples."),
            "Kappa 95% CI": _E("95% interval of kappa", "Where kappa lies with 95% confidence."),
            "Overall CEN": _E(
                "Confusion entropy", "The classes’ confusion entropies, weighted by their size; 0 is perfect."
            ),
            "Overall MCEN": _E("Modified confusion entropy", "The same of the modified confusion entropies."),
        },
    ),
    Group(
        "Agreement beyond chance",
        {
            "Overall RACC": _E("Random accuracy", "Agreement expected if predictions were drawn at their own rates."),
            "Overall RACCU": _E(
                "Unbiased random accuracy", "Agreement expected if both sides were drawn at mean rates."
            ),
            "Kappa Unbiased": _E("Unbiased kappa", "Kappa with the unbiased random accuracy as its chance level."),
            "Kappa No Prevalence": _E("Kappa without prevalence", "Twice the accuracy minus one."),
            "Scott PI": _E("Scott’s pi", "Agreement beyond chance when both sides share one distribution."),
            "Gwet AC1": _E("Gwet’s AC1", "Agreement beyond chance that stays steady when one class dominates."),
            "Bennett S": _E("Bennett’s S", "Agreement beyond chance when every class is equally likely."),
            "Krippendorff Alpha": _E("Krippendorff’s alpha", "Agreement beyond chance, corrected for the sample size."),
            "Bangdiwala B": _E(
                "Bangdiwala’s B", "Squared right answers over the products of actual and predicted totals."
            ),
            "ARI": _E("Adjusted Rand index", "Agreement of the two groupings beyond chance, whatever their names."),
        },
    ),
    Group(
        "Association",
        {
            "Chi-Squared": _E("Chi-squared", "Distance of the matrix from independence of actual and predicted class."),
            "Chi-Squared DF": _E("Degrees of freedom", "Degrees of freedom of chi-squared."),
            "Phi-Squared": _E("Phi-squared", "Chi-squared over the number of samples."),
            "Cramer V": _E("Cramér’s V", "Chi-squared rescaled to lie between 0 and 1."),
            "Pearson C": _E("Pearson’s C", "Contingency coefficient: chi-squared in a form that stays below 1."),
            "Lambda A": _E("Lambda A", "How much the prediction cuts errors in guessing the actual class."),
            "Lambda B": _E("Lambda B", "How much the actual class cuts errors in guessing the prediction."),
        },
    ),
    Group(
        "Information (in bits)",
        {
            "Reference Entropy": _E("Entropy of the actual classes", "How evenly the samples fall into the classes."),
            "Response Entropy": _E("Entropy of the predictions", "How evenly the predictions fall into the classes."),
            "Cross Entropy": _E(
                "Cross entropy", "Bits needed for the actual classes in a code made for the predictions."
            ),
            "Joint Entropy": _E("Joint entropy", "Entropy of actual and predicted class together."),
            "Conditional Entropy": _E(
                "Conditional entropy", "What stays open about the prediction, given the actual class."
            ),
            "Mutual Information": _E("Mutual information", "What actual and predicted class tell about each other."),
            "KL Divergence": _E(
                "Kullback-Leibler divergence", "Cross entropy minus the entropy of the actual classes."
            ),
            "RCI": _E("Relative information", "Mutual information over the entropy of the actual classes."),
        },
    ),
    Group(
        "Strength of agreement in words",
        {
            "SOA1(Landis & Koch)": _E("Landis and Koch", "Kappa in the words of Landis and Koch."),
            "SOA2(Fleiss)": _E("Fleiss", "Kappa in the words of Fleiss."),
            "SOA3(Altman)": _E("Altman", "Kappa in the words of Altman."),
            "SOA4(Cicchetti)": _E("Cicchetti", "Kappa in the words of Cicchetti."),
            "SOA5(Cramer)": _E("Cramér", "Cramér’s V in words."),
            "SOA6(Matthews)": _E("Matthews", "The overall Matthews correlation in words."),
            "SOA7(Lambda A)": _E("Lambda A", "Lambda A in words."),
            "SOA8(Lambda B)": _E("Lambda B", "Lambda B in words."),
            "SOA9(Krippendorff Alpha)": _E("Krippendorff’s alpha", "Krippendorff’s alpha in words."),
            "SOA10(Pearson C)": _E("Pearson’s C", "Pearson’s C in words."),
        },
    ),
)
